"""Invented employers with industry and head count, and our own company."""

from dataclasses import dataclass

OWN_COMPANY = "Kith Demo"
"""The organisation whose recruiting the demo shows."""

OWN_COMPANY_FOUNDED = 2012


@dataclass(frozen=True, slots=True)
class Company:
    """An invented employer; `size` is its head count."""

    name: str
    industry: str
    size: int


_LISTED = """
technology|Talvora Systems:9000,Brindlecore:4200,Quillstack:2600,Nimbrel:1500,Ostravel Labs:1100,\
Pebbleworks:800,Verdanix:640,Loomwright:520,Cindershore Software:430,Arkmoor Digital:350,\
Hexpoint Analytics:300,Fenlight:240,Tessaro Cloud:210,Bluequarry:180,Ravelin Forge:150,Sablewick:120,\
Mottleby Data:95,Orrery Tools:80,Kitebase:60,Plumbago:45,Driftlake Interactive:38,Zephyrine:30,\
Coppermoss Robotics:25,Wrenfield Apps:18,Inkdrop Security:15
finance|Harrowell Bank:14000,Castellane Insurance:7600,Meridane Capital:2400,Stonegate Mutual:1900,\
Ferncliff Credit Union:900,Alderway Payments:700,Pellworth Asset Management:420,Larkspur Lending:260,\
Corvane Audit:1600,Beckett & Thrale Accountants:520,Quayside Pensions:180,Oakline Bookkeeping:60,\
Summerton Tax Advisers:40,Tidewater Brokers:110
healthcare|Saint Orla Hospital Group:16000,Northmere Teaching Hospital:7200,Vitalane Clinics:3100,\
Rosebank Care Homes:2600,Willow Street Hospital:1800,Carebright Home Nursing:1200,\
Linden Rehabilitation:640,Harbour View Hospice:210,Greenmantle Diagnostics:480,\
Pinehurst Dental Group:320,Calmwater Mental Health:560,Brookside Children's Hospital:1400,\
Ashgrove Surgery:45,Medivale Pharmacies:2100
construction|Granitel Construction:8800,Bridgemoor Civil:4100,Hollin & Stroud Builders:1500,\
Keystrand Homes:1200,Torvald Engineering:900,Ironbark Contractors:620,Fairlead Electrical:340,\
Summit Ridge Roofing:120,Clearspan Structures:410,Millrace Renovation:75,Redbrick & Daughters:40,\
Oxbow Infrastructure:2300,Plumbline Services:160
hospitality|Azurelle Hotels:12000,Copper Kettle Restaurants:5200,Seabright Resorts:3000,\
Larder & Vine:900,Marchbank Inns:760,The Gilded Fig:85,Harbourlight Cruises:2200,\
Juniper House Hotels:480,Saffron Lane:60,Cloudberry Catering:350,Old Mill Brasserie:35,\
Palmeira Beach Clubs:640,Hearthstone Lodges:190,Bistro Lavande:28
education|Brookvale Academy Trust:5400,Eastmarch School District:8200,Fernhill Primary School:70,\
Saint Aldric College:900,Larkrise Montessori:45,Highfield Secondary School:160,\
Bellhaven Learning Group:1300,Oakridge International School:380,Openquill Online Courses:220,\
Rivermead Community College:640,Little Otters Nurseries:410,Westerley Language Schools:300
retail|Merrowmart:21000,Foxglove Home:4600,Threadmere Row:2700,Bountiful Grocers:6800,\
Copperpot Kitchenware:540,Velomarch Bikes:310,Paperlark Books:420,Sundew Cosmetics:900,\
Tallgrass Outdoors:760,Wickerby Furniture:1100,Brightside Opticians:680,Harvest & Hearth:1500,\
Pawprint Pets:390
design and media|Larkfield Studio:90,Vermilion Brand House:240,Halftone Agency:130,Nightjar Games:520,\
Papercrane Publishing:310,Beacon Hill Broadcasting:1900,Motley & Finch Design:35,\
Glasshouse Advertising:460,Orange Heron Films:75,Kerning Co:22
legal services|Ashdown Pryce Solicitors:1200,Thornquist & Vale:680,Marlowe Greaves Law:420,\
Bexley Chambers:90,Castellan Compliance:150,Rookwood Legal:240,Penhallow Notaries:30,\
Sterne & Ilves:310,Justwell Legal Aid:120
logistics|Swiftharbour Freight:11000,Parcelwing:7400,Northlane Haulage:2200,Cargolume:1600,\
Saltmarsh Shipping:3100,Blue Pallet Warehousing:1200,Crossdock Partners:380,Larch Valley Transport:240,\
Fjordline Logistics:860,Quickmoor Couriers:560,Coldchain Direct:300,Anchorage Bay Terminals:1400
professional services|Hartwell Talent Partners:1500,Peoplewise Staffing:3400,Brightpath Consulting:5200,\
Tandem Payroll Services:420,Oakmere Facilities:2600,Northgate Advisory:900,Calder County Council:6200,\
Harbour City Administration:9800,Riverline Utilities:3700,Sunhollow Energy:2800,Bramblewood Charity:160,\
Talentloom Search:85,Fieldnote Research:210
"""


def _companies(text: str) -> tuple[Company, ...]:
    found: list[Company] = []
    for line in text.strip().splitlines():
        industry, _, listed = line.partition("|")
        for entry in listed.split(","):
            name, _, size = entry.rpartition(":")
            found.append(Company(name, industry, int(size)))
    return tuple(found)


COMPANIES: tuple[Company, ...] = _companies(_LISTED)
"""The invented employers that everybody knows; small local ones are named after a family."""

LOCAL_TRADES: dict[str, tuple[str, ...]] = {
    "technology": ("Software", "IT Services", "Web Studio", "Data Services"),
    "finance": ("Accountants", "Tax Advisers", "Insurance Brokers"),
    "healthcare": ("Family Practice", "Care Home", "Home Nursing", "Clinic"),
    "construction": ("Builders", "Electrical", "Renovation", "Civil Works"),
    "hospitality": ("Restaurant", "Hotel", "Catering", "Guest House"),
    "education": ("Academy", "Language School", "Tutoring", "Kindergarten"),
    "retail": ("Fashion", "Hardware Store", "Food Market", "Books"),
    "design and media": ("Design Studio", "Printers", "Films"),
    "legal services": ("Law Office", "Solicitors", "Notaries"),
    "logistics": ("Transport", "Couriers", "Storage", "Haulage"),
    "professional services": ("Consulting", "Staffing", "Facility Services"),
}
"""What follows the family name in the name of a local employer, by industry."""
