"""A believable company for both twins, the same for the same seed.

    generate_company(sandbox, seed=7, size=SMALL)    customers and products where they live: in SCM;
                                                     prospects and their deals in Sales
    generate_sales(sandbox, seed=7, size=SMALL)      after a first synchronisation: what Sales does
                                                     with the customers and products it now knows
    load_opportunities(sandbox, count, seed=7)       up to millions, past every rule, for benches

`generate_company(..., keyed=True)` enters customers and products in Sales by hand as well, under
the same numbers, as companies have them before they connect their systems.
"""

from .bulk import load_customers, load_opportunities
from .company import generate_company, generate_masters, generate_sales
from .size import DEMO, SMALL, Size

__all__ = [
    "DEMO",
    "SMALL",
    "Size",
    "generate_company",
    "generate_masters",
    "generate_sales",
    "load_customers",
    "load_opportunities",
]
