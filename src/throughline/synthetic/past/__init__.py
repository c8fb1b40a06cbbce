"""The last fourteen months of the invented force: planned by chance and the clock, then told through the real commands.

`plan` says who rang when and what came of it, `doorstep` what was found at the door; `retelling` takes the calls, `attending`
goes to the door, `settling` decides across incidents, `planning` keeps them safe, `ending` says what became of the crimes, and `tonight` leaves open what a turn has in hand. `cast` is who does it.
"""
