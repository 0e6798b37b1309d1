"""Names that a company meets, awkward ones included: apostrophes, umlauts, `&`, `+`, `*`."""

from __future__ import annotations

FIRST = (
    "Ada", "Björn", "Chloé", "Dmitri", "Eleanor", "Fatima", "Gábor", "Hannah", "Ingrid", "José",
    "Katarzyna", "Liam", "Mónica", "Noah", "Oskar", "Priya", "Quentin", "Rosa", "Søren",
    "Thérèse", "Ursula", "Víctor", "Wei", "Yuki", "Zoë",
)  # fmt: skip
LAST = (
    "Adler", "Böhm", "Carvalho", "D'Angelo", "Eriksen", "Fischer", "García", "Haddad",
    "Ivanova", "Jensen", "Kowalski", "Lefèvre", "Müller", "Nakamura", "O'Brien", "Petrov",
    "Quinn", "Rossi", "Schäfer", "Tanaka", "Ueda", "Vogel", "Weiß", "Young", "Zimmermann",
)  # fmt: skip
JOBS = (
    "Purchasing Manager",
    "Head of Operations",
    "Chief Financial Officer",
    "IT Director",
    "Plant Manager",
    "Managing Director",
)
ROLES = ("Decision Maker", "Economic Buyer", "Technical Buyer", "Champion", "Influencer")

# Name, country: some are hard to quote, some hard to match, one looks like a wildcard.
AMERICAN = (
    "Fourth Coffee",
    "O'Malley & Sons",
    "Wide World Importers",
    "Tailspin Toys",
    "Northwind *Premium* Foods",
    "Alpine Ski House",
    "Blue Yonder Airlines",
    "City Power & Light",
    "Graphic Design Institute",
    "Lamna Healthcare",
    "Margie's Travel",
    "Proseware, Inc.",
    "Trey Research",
    "Woodgrove Bank",
    "A+ Logistics",
    "100% Organic",
)
GERMAN = (
    "Müller Maschinenbau GmbH",
    "Bäckerei Süßmann",
    "Schäfer & Söhne KG",
    "Gewürzhaus Königsberg",
    "Rhein-Main Anlagenbau AG",
    "Käthe's Teehaus",
    "Großhandel Weiß + Partner",
    "Österreicher Optik",
)
PLACES = {
    "US": (
        ("Seattle", "WA", "98101", "Pike Street"),
        ("Portland", "OR", "97204", "Alder Street"),
        ("Austin", "TX", "78701", "Congress Avenue"),
        ("Chicago", "IL", "60601", "Wacker Drive"),
    ),
    "DE": (
        ("Köln", "NW", "50667", "Hohe Straße"),
        ("München", "BY", "80331", "Sendlinger Straße"),
        ("Hamburg", "HH", "20095", "Mönckebergstraße"),
        ("Nürnberg", "BY", "90402", "Königstraße"),
    ),
}

THINGS = (
    "Surface Sander",
    "Torque Wrench",
    "Cordless Drill",
    "Bench Vise",
    "Laser Level",
    "Safety Helmet",
    "Work Light",
    "Tool Chest",
    "Air Compressor",
    "Pipe Cutter",
    "Angle Grinder",
    "Socket Set",
)
MODELS = ('12"', "Pro", "Compact", "Heavy Duty", "& Case", "Mk II", "Größe L")
SERVICES = ("On-site Training", "Installation", "Annual Maintenance", "Calibration")
COMPETITORS = (
    "Fabrikam Tools",
    "Litware Industries",
    "Adventure Works",
    "Relecloud",
    "Humongous Supplies",
    "VanArsdel Ltd.",
)
DEALS = (
    "Workshop refit",
    "Framework agreement",
    "Spring restock",
    "New plant equipment",
    "Safety upgrade",
    "Service renewal",
    "Pilot order",
    "Fleet tooling",
)
TALKS = (
    "Call about delivery dates",
    "Send the data sheets",
    "Walk through the offer",
    "Visit to the workshop",
    "Ask for the budget",
    "Follow-up",
)
