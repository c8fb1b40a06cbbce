"""The only writers: of answers, and of the force's own folder of question sets."""

from throughline.foundations.instruments.commands.answers import (
    ChangedMeanwhile,
    forget_answers,
    save_answers,
)

__all__ = ["ChangedMeanwhile", "forget_answers", "save_answers"]
