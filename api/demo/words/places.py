"""Countries with cultures and cities, schools, and the telephone ranges that regulators keep for fiction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """A real city. `country` is ISO 3166 alpha-2."""

    name: str
    region: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Country:
    """What the demo needs to know about a country.

    `weight` is its share of the people, `salary_factor` turns a yearly salary in US dollars into the local
    currency at local levels.
    """

    weight: int
    currency: str
    salary_factor: float
    cultures: tuple[str, ...]


COUNTRIES: dict[str, Country] = {
    "US": Country(
        22, "USD", 1.0, ("english", "english", "english", "spanish", "indian", "chinese", "filipino")
    ),
    "GB": Country(
        16, "GBP", 0.62, ("english", "english", "english", "irish", "indian", "pakistani", "nigerian")
    ),
    "DE": Country(9, "EUR", 0.75, ("german", "german", "german", "turkish", "polish", "ukrainian")),
    "FR": Country(7, "EUR", 0.66, ("french", "french", "french", "arabic", "vietnamese")),
    "IN": Country(8, "INR", 22.0, ("indian",)),
    "CA": Country(5, "CAD", 1.1, ("english", "english", "french", "chinese", "indian", "persian")),
    "AU": Country(4, "AUD", 1.2, ("english", "english", "greek", "vietnamese", "chinese")),
    "ES": Country(4, "EUR", 0.5, ("spanish",)),
    "IE": Country(3, "EUR", 0.75, ("irish", "irish", "polish", "english")),
    "NL": Country(4, "EUR", 0.75, ("dutch", "dutch", "dutch", "turkish", "arabic")),
    "IT": Country(3, "EUR", 0.5, ("italian",)),
    "PT": Country(2, "EUR", 0.4, ("portuguese",)),
    "PL": Country(4, "PLN", 2.2, ("polish", "polish", "polish", "ukrainian")),
    "SE": Country(3, "SEK", 7.0, ("nordic", "nordic", "nordic", "persian", "arabic")),
    "DK": Country(2, "DKK", 6.2, ("nordic",)),
    "NO": Country(1, "NOK", 8.5, ("nordic",)),
    "CH": Country(2, "CHF", 1.1, ("german", "german", "french", "italian")),
    "AT": Country(1, "EUR", 0.7, ("german", "german", "turkish")),
    "BE": Country(2, "EUR", 0.7, ("dutch", "french")),
    "GR": Country(1, "EUR", 0.35, ("greek",)),
    "BR": Country(4, "BRL", 2.6, ("portuguese", "portuguese", "portuguese", "italian", "japanese")),
    "MX": Country(2, "MXN", 7.5, ("spanish",)),
    "JP": Country(2, "JPY", 90.0, ("japanese",)),
    "KR": Country(1, "KRW", 800.0, ("korean",)),
    "SG": Country(2, "SGD", 1.15, ("chinese", "chinese", "indian")),
    "AE": Country(2, "AED", 2.8, ("arabic", "indian", "pakistani", "filipino")),
    "IL": Country(1, "ILS", 3.0, ("hebrew", "hebrew", "arabic")),
    "TR": Country(1, "TRY", 18.0, ("turkish",)),
    "NG": Country(2, "NGN", 300.0, ("nigerian",)),
    "KE": Country(1, "KES", 35.0, ("kenyan",)),
    "GH": Country(1, "GHS", 3.5, ("ghanaian",)),
    "ZA": Country(2, "ZAR", 8.0, ("southern_african", "southern_african", "english", "dutch")),
    "PH": Country(1, "PHP", 14.0, ("filipino",)),
    "NZ": Country(1, "NZD", 1.2, ("english",)),
}

_CITIES = """
US|New York:New York,Buffalo:New York,Boston:Massachusetts,Chicago:Illinois,Austin:Texas,Dallas:Texas,\
Houston:Texas,Seattle:Washington,Denver:Colorado,Atlanta:Georgia,San Francisco:California,\
San Diego:California,Sacramento:California,Portland:Oregon,Minneapolis:Minnesota,Columbus:Ohio,\
Philadelphia:Pennsylvania,Pittsburgh:Pennsylvania,Nashville:Tennessee,Raleigh:North Carolina
GB|London:England,Manchester:England,Birmingham:England,Leeds:England,Bristol:England,Sheffield:England,\
Liverpool:England,Cambridge:England,Edinburgh:Scotland,Glasgow:Scotland,Cardiff:Wales,Belfast:Northern Ireland
DE|Berlin:Berlin,Hamburg:Hamburg,Munich:Bavaria,Nuremberg:Bavaria,Cologne:North Rhine-Westphalia,\
Frankfurt:Hesse,Stuttgart:Baden-Württemberg,Leipzig:Saxony,Dresden:Saxony
FR|Paris:Île-de-France,Lyon:Auvergne-Rhône-Alpes,Marseille:Provence-Alpes-Côte d'Azur,Toulouse:Occitanie,\
Nantes:Pays de la Loire,Lille:Hauts-de-France,Bordeaux:Nouvelle-Aquitaine,Strasbourg:Grand Est
IN|Bengaluru:Karnataka,Hyderabad:Telangana,Pune:Maharashtra,Mumbai:Maharashtra,Chennai:Tamil Nadu,\
New Delhi:Delhi,Kolkata:West Bengal
CA|Toronto:Ontario,Ottawa:Ontario,Montreal:Quebec,Vancouver:British Columbia,Calgary:Alberta,\
Halifax:Nova Scotia
AU|Sydney:New South Wales,Melbourne:Victoria,Brisbane:Queensland,Perth:Western Australia,\
Adelaide:South Australia
ES|Madrid:Madrid,Barcelona:Catalonia,Valencia:Valencia,Seville:Andalusia,Bilbao:Basque Country
IE|Dublin:Leinster,Cork:Munster,Galway:Connacht,Limerick:Munster
NL|Amsterdam:North Holland,Rotterdam:South Holland,Utrecht:Utrecht,Eindhoven:North Brabant,Groningen:Groningen
IT|Milan:Lombardy,Rome:Lazio,Turin:Piedmont,Bologna:Emilia-Romagna,Naples:Campania
PT|Lisbon:Lisbon,Porto:Porto,Braga:Braga
PL|Warsaw:Mazovia,Gdynia:Pomerania,Katowice:Silesia,Lublin:Lublin,Szczecin:West Pomerania
SE|Stockholm:Stockholm,Gothenburg:Västra Götaland,Malmö:Skåne,Uppsala:Uppsala
DK|Copenhagen:Capital Region,Aarhus:Central Denmark,Odense:Southern Denmark
NO|Oslo:Oslo,Bergen:Vestland,Trondheim:Trøndelag
CH|Zürich:Zürich,Basel:Basel-Stadt,Geneva:Geneva,Bern:Bern
AT|Vienna:Vienna,Graz:Styria,Linz:Upper Austria
BE|Brussels:Brussels,Antwerp:Flanders,Ghent:Flanders,Liège:Wallonia
GR|Athens:Attica,Thessaloniki:Central Macedonia
BR|São Paulo:São Paulo,Rio de Janeiro:Rio de Janeiro,Belo Horizonte:Minas Gerais,Curitiba:Paraná,\
Porto Alegre:Rio Grande do Sul,Recife:Pernambuco
MX|Mexico City:Mexico City,Guadalajara:Jalisco,Monterrey:Nuevo León
JP|Tokyo:Tokyo,Osaka:Osaka,Fukuoka:Fukuoka
KR|Seoul:,Busan:
SG|Singapore:
AE|Dubai:Dubai,Abu Dhabi:Abu Dhabi
IL|Tel Aviv:,Haifa:,Jerusalem:
TR|Istanbul:Istanbul,Ankara:Ankara,Izmir:Izmir
NG|Lagos:Lagos,Abuja:,Ibadan:Oyo
KE|Nairobi:Nairobi,Mombasa:Mombasa
GH|Accra:Greater Accra,Kumasi:Ashanti
ZA|Cape Town:Western Cape,Johannesburg:Gauteng,Durban:KwaZulu-Natal
PH|Manila:Metro Manila,Cebu City:Cebu
NZ|Auckland:Auckland,Wellington:Wellington
"""


def _cities(text: str) -> dict[str, tuple[City, ...]]:
    found: dict[str, tuple[City, ...]] = {}
    for line in text.strip().splitlines():
        country, _, listed = line.partition("|")
        pairs = (entry.partition(":") for entry in listed.split(","))
        found[country] = tuple(City(name, region or None, country) for name, _, region in pairs)
    return found


CITIES: dict[str, tuple[City, ...]] = _cities(_CITIES)
"""The cities of each country."""

SCHOOLS: tuple[str, ...] = (
    "Ashcombe University",
    "Alderbrook Polytechnic",
    "Amberley Institute of Technology",
    "Bellhaven University",
    "Birchmoor College",
    "Blackthorn University of Applied Sciences",
    "Brackenfield University",
    "Calder Vale University",
    "Castlemere College",
    "Cedar Point State University",
    "Coldwater Institute of Technology",
    "Cranleigh Hill University",
    "Dunmere Technical College",
    "Eastmarch University",
    "Elderwood University",
    "Fairhaven State University",
    "Fernvale Institute",
    "Gladebrook University",
    "Glenmoor Polytechnic",
    "Greyfriars Bay University",
    "Harrowgate Hill University",
    "Hartsmere University",
    "Hazelmont University",
    "Highmoor Technical University",
    "Ivybridge Vale College",
    "Juniper Valley University",
    "Kestrel Bay College",
    "Kingsmoor University",
    "Lakemont Institute of Technology",
    "Larkhill University",
    "Lindenhof University of Applied Sciences",
    "Lowmere College",
    "Maplecrest State University",
    "Marrowdale University",
    "Meadowbank College",
    "Millbrook Ridge University",
    "Montclaire University",
    "Northmere University",
    "Oakhollow University",
    "Orchard Bay College",
    "Pinecrest Vale University",
    "Port Ellery University",
    "Quarry Hill Technical College",
    "Ravensworth University",
    "Redcliffe Bay Institute",
    "Riverton Vale University",
    "Rosemere College",
    "Saint Aldric University",
    "Saint Brannoc College",
    "Silverlake State University",
    "Southmarch Polytechnic",
    "Stonebridge Vale University",
    "Summerfield Hill College",
    "Tallow Hill University",
    "Thornbury Cross College",
    "Umberland University",
    "Valewood University",
    "Westerley Technical University",
    "Whitmoor University",
    "Willowmere University",
    "Wolfsberg Valley University of Applied Sciences",
    "Yarrowdale University",
)
"""Invented universities and colleges."""

_UK_AREAS = ("113496", "114496", "116496", "117496", "118496", "121496", "131496", "141496", "151496")
_US_AREAS = (
    202,
    203,
    205,
    206,
    207,
    208,
    210,
    212,
    213,
    214,
    215,
    216,
    217,
    218,
    219,
    224,
    225,
    228,
    229,
    231,
    234,
    239,
    240,
    248,
    251,
    252,
    253,
    254,
    256,
    260,
    262,
    267,
    269,
    270,
    276,
    281,
    301,
    302,
    303,
    304,
    305,
    307,
    308,
    309,
    310,
    312,
    313,
    314,
    315,
    316,
    317,
    318,
    319,
    320,
    321,
    323,
    325,
    330,
    334,
    336,
    337,
    339,
    347,
    351,
    352,
    360,
    361,
    386,
    401,
    402,
    404,
    405,
    406,
    407,
    408,
    409,
    410,
    412,
)
_CA_AREAS = (
    204,
    250,
    306,
    403,
    416,
    418,
    438,
    450,
    506,
    514,
    519,
    604,
    613,
    647,
    705,
    709,
    778,
    780,
    807,
    819,
    867,
    902,
    905,
)

FICTION_PHONES: dict[str, tuple[tuple[str, int], ...]] = {
    "US": tuple((f"+1{area}55501", 2) for area in _US_AREAS),
    "CA": tuple((f"+1{area}55501", 2) for area in _CA_AREAS),
    "GB": (("+442079460", 3), *((f"+44{area}0", 3) for area in _UK_AREAS)),
    "FR": tuple((f"+33{block}", 4) for block in ("19900", "26191", "35301", "46571", "53649")),
    "DE": tuple((f"+49{block}", 3) for block in ("3023125", "6990009", "4066969", "2214710", "8999998")),
    "AU": tuple((f"+61{block}", 4) for block in ("25550", "27010", "35550", "37010", "75550", "77010")),
}
"""Number ranges kept for fiction, by country, as E.164 prefix and count of free digits.

Sources: NANPA 555-0100 to 0199, Ofcom's numbers for drama use, ARCEP's blocks for audiovisual works,
Bundesnetzagentur's drama numbers, ACMA's fictitious numbers. The other countries keep none.
"""
