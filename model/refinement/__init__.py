"""The poet's judgement: a discriminator learnt from real verse and the poet's own.

Decides what it learns from and how; how verse is composed and ranked with it is the poet's.
"""

from model.refinement.refine import Figures, Plan, refine

__all__ = ["Figures", "Plan", "refine"]
