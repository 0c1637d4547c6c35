"""The comparison of treated and held out customers, with its test."""

from __future__ import annotations

from analytics.rules.chance import Arm, newcombe
from analytics.rules.lift import Lift, is_enough


def lift_of(treated: Arm, held_out: Arm) -> Lift:
    """Fisher's exact test, two-sided: it holds for small numbers as well."""
    if not is_enough(treated, held_out):
        return Lift(treated, held_out)
    from scipy.stats import fisher_exact  # noqa: PLC0415  slow to import

    low, high = newcombe(treated, held_out)
    table = [[arm.converted, arm.customers - arm.converted] for arm in (treated, held_out)]
    p_value = float(fisher_exact(table).pvalue)
    return Lift(treated, held_out, treated.share - held_out.share, low, high, p_value)
