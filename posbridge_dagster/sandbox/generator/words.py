"""The words a Dutch shop is made of: goods by article group, colours, sizes, names, streets and places."""

from typing import NamedTuple


class Shelf(NamedTuple):
    """An article group with its goods, one name after the other. Prices are in cents, the rate in hundredths of a percent."""

    group: int
    name: str
    parent: int
    lowest: int = 0
    highest: int = 0
    vat_rate: int = 2100
    sizes: tuple[str, ...] = ()
    goods: str = ""

    def names(self) -> list[str]:
        """Return the names of the goods."""
        return self.goods.split(", ") if self.goods else []


CLOTHING_SIZES = ("S", "M", "L", "XL")
SHOE_SIZES = ("38", "39", "40", "41", "42")
COLOURS = ("blauw", "rood", "groen", "zwart", "ecru", "okergeel")
BRANDS = ("Zeewind", "Noordlicht", "Van Hout", "Pluim & Zoon", "Kleintje", "")

SHELVES = (
    Shelf(10, "Mode", 0),
    Shelf(
        11,
        "Dames",
        10,
        1995,
        8995,
        sizes=CLOTHING_SIZES,
        goods="Jurk, Blouse, Vest, Rok, Broek, Trui, Blazer, Jumpsuit, Regenjas, Top, Tuniek, Pantalon",
    ),
    Shelf(
        12,
        "Heren",
        10,
        2495,
        12995,
        sizes=CLOTHING_SIZES,
        goods="Overhemd, Polo, Spijkerbroek, Colbert, Spencer, Winterjas, Bermuda, Hoodie",
    ),
    Shelf(
        13,
        "Schoenen",
        10,
        2995,
        9995,
        sizes=SHOE_SIZES,
        goods="Sneaker, Laars, Sandaal, Pantoffel, Instapper, Klomp",
    ),
    Shelf(
        14,
        "Accessoires",
        10,
        495,
        5995,
        goods="Sjaal, Muts, Handschoenen, Riem, Tas, Portemonnee, Paraplu, Zonnebril, Sokken, Haarband, Ketting, Oorbellen",
    ),
    Shelf(20, "Wonen", 0),
    Shelf(
        21,
        "Keuken",
        20,
        295,
        4995,
        goods="Mok, Theepot, Snijplank, Vergiet, Ovenschaal, Broodtrommel, Kaasschaaf, Pepermolen, Karaf, Schort, Theedoek, "
        "Onderzetters, Serveerschaal, Eierdopjes, Maatbeker",
    ),
    Shelf(
        22,
        "Kaarsen en geur",
        20,
        195,
        3995,
        goods="Geurkaars, Dinerkaarsen, Waxinelichtjes, Geurstokjes, Roomspray, Windlicht, Kandelaar, Lantaarn, Zeep, Badzout",
    ),
    Shelf(
        23,
        "Textiel",
        20,
        395,
        7995,
        goods="Plaid, Sierkussen, Kussenhoes, Handdoek, Washandje, Badmat, Tafelkleed, Servetten, Dekbedovertrek, Vloerkleed",
    ),
    Shelf(30, "Cadeau", 0),
    Shelf(
        31,
        "Kaarten en papier",
        30,
        150,
        2495,
        goods="Wenskaart, Kaartenset, Notitieboek, Inpakpapier, Lint, Agenda, Vulpen, Potloden, Cadeautas, Fotolijst, "
        "Verjaardagskalender, Stickervel",
    ),
    Shelf(
        32,
        "Speelgoed",
        30,
        295,
        4495,
        goods="Knuffelbeer, Houten trein, Puzzel, Kwartetspel, Springtouw, Stapeltoren, Handpop, Rammelaar, Tol, Bellenblaas, "
        "Vlieger, Blokkendoos",
    ),
    Shelf(
        40,
        "Eten en drinken",
        0,
        195,
        1495,
        vat_rate=900,
        goods="Stroopwafels, Drop, Pure chocolade, Melkchocolade, Theeblaadjes, Koffiebonen, Boerenjam, Honing, Mosterd, "
        "Speculaas, Hagelslag, Appelsap, Ontbijtkoek, Pepernoten",
    ),
    Shelf(
        50,
        "Boeken",
        0,
        750,
        3499,
        vat_rate=900,
        goods="Kookboek, Prentenboek, Streekroman, Reisgids, Gedichtenbundel, Tuinboek, Puzzelboek, Stripboek, Vogelgids",
    ),
)

FIRST_NAMES = (
    *("Sanne", "Daan", "Fleur", "Bram", "Lotte", "Thijs", "Anouk", "Joris", "Maaike", "Sjoerd", "Noor", "Ruben", "Esmée", "Wessel"),
    *("Femke", "Gijs", "Hanneke", "Lars", "Ilse", "Koen", "Mees", "Zoë", "Pieter", "Roos", "Teun", "Willemijn", "Yara", "Jürgen"),
)
LAST_NAMES = (
    *("de Vries", "Jansen", "van den Berg", "Bakker", "van Dijk", "Visser", "Smit", "Meijer", "de Boer", "Mulder", "de Groot", "Bos"),
    *("Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker", "Brouwer", "de Wit", "Dijkstra", "Smits", "de Graaf", "van der Meer"),
    *("'t Hart", "in 't Veld", "Kok", "Jacobs", "de Haan", "Vermeulen", "van Vliet", "Schouten", "van Beek"),
)
STREETS = (
    *("Dorpsstraat", "Kerkstraat", "Molenweg", "Julianalaan", "Stationsweg", "Plein 1944", "Prins Hendrikkade", "2e Jan Steenstraat"),
    *("Burgemeester van Roijensingel", "Lange Voorhout", "Laan van Nieuw-Oost-Indië", "Oude Gracht", "'s-Gravelandseweg", "Wilgenhof"),
)
ADDITIONS = ("", "", "", "", "a", "-A", " bis", "-2", " hs", " III")
CITIES = (
    *("Zwolle", "Utrecht", "'s-Hertogenbosch", "Groningen", "Den Haag", "Arnhem", "Middelburg", "Leeuwarden", "Bergen op Zoom"),
    *("Alphen aan den Rijn", "Maastricht", "Haarlem", "Almere", "Deventer"),
)
BELGIAN_PLACES = (("2000", "Antwerpen"), ("9000", "Gent"), ("8000", "Brugge"), ("3000", "Leuven"))
GERMAN_PLACES = (("48143", "Münster"), ("26721", "Emden"), ("47533", "Kleve"), ("50667", "Köln"))
COMPANIES = (
    *(
        "Bloemisterij De Roos B.V.",
        "Bakkerij Smit V.O.F.",
        "Hotel Het Wapen van Veere",
        "Stichting Buurthuis Oost",
        "Jansen & Zn. Installaties",
    ),
    *("Kapsalon Krul", "Brasserie 't Hoekje", "Van Dijk Makelaars B.V.", "Praktijk voor Fysiotherapie Zuid", "Drukkerij Noordhoek N.V."),
)
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
NOTES = ("Graag inpakken als cadeau.", "Klant haalt de doos later op.", "Bon opgestuurd per e-mail.", "Ruilen mag tot 14 dagen na aankoop.")
