"""The fictitious people of the demo club and their memberships."""

import unicodedata
from dataclasses import dataclass

from api_client.messages.scan import CustomerState
from membership.data.demo.club import COURSE, GOLD, STANDARD, Sale

_WITHOUT_DECOMPOSITION = str.maketrans({"ø": "o", "ł": "l", "ı": "i", "đ": "d"})


@dataclass(frozen=True, slots=True)
class Person:
    """One customer. All days are offsets from today; ``joined`` is a number of days ago.

    ``works_at`` is the email domain of a company, ``left`` the day on which they left it.
    ``birthday_in`` is the number of days until the next birthday. With ``lost_card`` they have
    a revoked card and its replacement.
    """

    given: str
    family: str
    age: int
    joined: int
    language: str = "de"
    sales: tuple[Sale, ...] = ()
    works_at: str | None = None
    left: int | None = None
    note: str | None = None
    state: CustomerState = CustomerState.ACTIVE
    lost_card: bool = False
    birthday_in: int | None = None

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given} {self.family}"

    @property
    def slug(self) -> str:
        """The full name in ASCII, for the email address and the file of the portrait."""
        return f"{_ascii(self.given)}.{_ascii(self.family)}"


def _ascii(name: str) -> str:
    """Return a name in lower case, with only the letters a to z."""
    bare = unicodedata.normalize("NFKD", name.lower().translate(_WITHOUT_DECOMPOSITION))
    return "".join(letter for letter in bare if letter.isascii() and letter.isalpha())


PEOPLE: tuple[Person, ...] = (
    Person("Amara", "Okafor", 31, 640, "en", sales=(Sale(GOLD, -128),)),
    Person("Jonas", "Brandt", 38, 400, "de", works_at="nordlicht.example"),
    Person("Sofia", "Marchetti", 27, 361, "it", sales=(Sale(STANDARD, -360, 5),)),
    Person("Viktor", "Petrov", 44, 388, "ru", sales=(Sale(STANDARD, -388, -23),)),
    Person("Priya", "Raman", 36, 90, "en", works_at="brightwater.example", birthday_in=0),
    Person("Omar", "Haddad", 33, 250, "ar", sales=(Sale(GOLD, -250, overdue=-9),)),
    Person("Emil", "Sørensen", 24, 2, "da", sales=(Sale(STANDARD, 9),)),
    Person("Kofi", "Mensah", 41, 30, "en", works_at="hafenkante.example"),
    Person("Grace", "Liu", 22, 12, "en"),
    Person(
        "Marek",
        "Nowak",
        47,
        510,
        "pl",
        sales=(Sale(GOLD, -150),),
        note="House ban since the incident at the pool. Please call the manager.",
        state=CustomerState.BANNED,
    ),
    Person("Hanna", "Koskinen", 35, 300, "fi", sales=(Sale(GOLD, -300),), lost_card=True),
    Person(
        "Walter",
        "Hoffmann",
        74,
        1900,
        "de",
        sales=(Sale(STANDARD, -70),),
        note="Needs the lift: please open the side door.",
    ),
    Person(
        "Ingrid",
        "Solberg",
        66,
        700,
        "no",
        sales=(Sale(GOLD, -260, ended=-17, why="Moved to another town"),),
    ),
    Person("Mei-Ling", "Zhao", 29, 380, "en", works_at="nordlicht.example"),
    Person("Amélie", "Fournier", 32, 210, "fr", works_at="nordlicht.example"),
    Person(
        "Tariq", "Hassan", 30, 150, "en", sales=(Sale(GOLD, -40),), works_at="nordlicht.example"
    ),
    Person("Łukasz", "Wiśniewski", 37, 215, "pl", works_at="hafenkante.example"),
    Person("Fatima Zahra", "Bennani", 28, 200, "fr", works_at="hafenkante.example"),
    Person("Deniz", "Yılmaz", 26, 160, "tr", works_at="hafenkante.example"),
    Person("Søren", "Lindqvist", 58, 88, "sv", works_at="brightwater.example"),
    Person("Ngozi", "Eze", 25, 60, "en", works_at="brightwater.example"),
    Person("Camille", "Rousseau", 34, 395, "fr", works_at="tandem.example"),
    Person("Pedro", "Almeida", 45, 390, "pt", works_at="tandem.example"),
    Person("Hannah", "Whitfield", 39, 5, "en", works_at="kestrelmoor.example"),
    Person("Ravi", "Kapoor", 52, 5, "en", works_at="kestrelmoor.example"),
    Person("Harpreet", "Singh", 43, 820, "en", sales=(Sale(GOLD, -82),)),
    Person("Yuki", "Tanaka", 23, 45, "ja", sales=(Sale(COURSE, -40),)),
    Person("Mateo", "Fernández", 19, 33, "es", sales=(Sale(COURSE, -31),)),
    Person(
        "Zainab",
        "Yusuf",
        30,
        110,
        "en",
        sales=(
            Sale(COURSE, -110),
            Sale(STANDARD, -20),
        ),
    ),
    Person(
        "Leilani",
        "Kahale",
        42,
        730,
        "en",
        sales=(
            Sale(GOLD, -700, -336),
            Sale(GOLD, -335),
        ),
    ),
    Person("Duy", "Nguyễn", 28, 190, "vi", sales=(Sale(STANDARD, -190),)),
    Person("Theodora", "Papadaki", 61, 980, "el", sales=(Sale(STANDARD, -250),)),
    Person(
        "Samuel",
        "Adeyemi",
        49,
        1250,
        "en",
        sales=(
            Sale(GOLD, -365, -1),
            Sale(GOLD, 0),
        ),
    ),
    Person(
        "Clara",
        "Vogel",
        17,
        70,
        "de",
        sales=(Sale(STANDARD, -70),),
        note="Under 18: sauna only with a parent.",
    ),
    Person("Aroha", "Ngata", 37, 460, "en", sales=(Sale(STANDARD, -460, -96),)),
    Person("Giorgi", "Beridze", 55, 365, "ka", sales=(Sale(STANDARD, -352, 12),)),
    Person("Eleanor", "Price", 71, 2200, "en", sales=(Sale(GOLD, -200),)),
    Person("Idris", "Diallo", 21, 15, "fr", sales=(Sale(COURSE, -14),)),
    Person(
        "Noa",
        "Levi",
        33,
        620,
        "he",
        sales=(Sale(STANDARD, -90, ended=-30, why="Illness, refunded"),),
    ),
    Person("Bruno", "Keller", 57, 1500, "de", state=CustomerState.INACTIVE),
    Person("Chiara", "Conti", 40, 300, "it", works_at="nordlicht.example", left=-20),
)
"""All customers of the demo club, in the order in which they are created."""
