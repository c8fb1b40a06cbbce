"""What a web process does when it has started, before it answers anybody."""

import gc

from django.urls import get_resolver


def settle() -> None:
    """Load every page, and leave what was loaded out of the search for garbage from then on.

    Python looks through all objects for garbage now and then, while everybody waits: through the two hundred thousand of a
    loaded site for 0.1 s and more, of which none will ever be garbage. What comes later (templates, lists) takes 2 ms.
    """
    # the modules of pages are loaded with their addresses, else by whoever asks first
    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
