"""The sample practice: names and prices as a family practice in New England would have them."""

import datetime as dt

TIME_ZONE = "America/New_York"

# Name, address, phone, what the staff call it. One company bills for both.
FACILITIES = [
    ("Lakeside Main Clinic", "14 Harbor Street, Burlington, VT 05401", "(555) 010-2000", "Harbor"),
    ("Lakeside North", "220 Maple Avenue, Colchester, VT 05446", "(555) 010-2010", "Maple"),
]
TAX_ID = "12-3456789"

PROVIDERS = ["Priya Raman, MD", "Thomas Okafor, MD", "Helen Sørensen, NP", "Marcus Bell, PT"]

# Description, procedure code, billed cents, share of the bill that is left to the patient (percent).
SERVICES = [
    ("Office visit, established patient", "99213", 14200, 25),
    ("Office visit, new patient", "99203", 21800, 25),
    ("Annual physical", "99396", 23500, 10),
    ("Comprehensive metabolic panel", "80053", 4800, 40),
    ("Lipid panel", "80061", 4300, 40),
    ("Strep test, rapid", "87880", 3600, 100),
    ("Influenza vaccine", "90686", 4100, 0),
    ("Vaccine administration", "90471", 2900, 20),
    ("X-ray, ankle, three views", "73610", 12700, 30),
    ("Electrocardiogram", "93000", 8900, 30),
    ("Physical therapy, therapeutic exercise", "97110", 7800, 35),
    ("Urinalysis", "81003", 1900, 100),
    ("Suture of a small wound", "12001", 31200, 25),
    ("Telehealth visit", "99442", 9600, 30),
]

# The sample guarantor's visit that is on no statement yet.
YESTERDAY = [SERVICES[0], SERVICES[5]]

# Guarantor, email, patients. The first one is the sample guarantor of the demo.
HOUSEHOLDS = [
    ("Maria Alvarez", "maria.alvarez@example.com", ["Maria Alvarez", "Leo Alvarez", "Sofia Alvarez"]),
    ("James Whitcomb", "whitcombs@example.com", ["James Whitcomb"]),
    ("Nguyễn Thị Hồng Nhung", "nhung.nguyen@example.com", ["Nguyễn Thị Hồng Nhung", "Nguyễn Minh Anh"]),
    ("Aisha Karim", "aisha.karim@example.com", ["Yusuf Karim"]),
    ("Robert O'Connell", "rob.oconnell@example.com", ["Robert O'Connell", "Maeve O'Connell"]),
    ("Eleni Papadopoulou", "eleni.p@example.com", ["Eleni Papadopoulou"]),
    ("Dmitri Volkov", "dmitri.volkov@example.com", ["Dmitri Volkov", "Anya Volkov"]),
    ("Grace Lindqvist", "", ["Grace Lindqvist"]),
    ("Samuel Adeyemi", "samuel.adeyemi@example.com", ["Samuel Adeyemi", "Tola Adeyemi"]),
    ("王小明", "xiaoming.wang@example.com", ["王小明"]),
    ("Charlotte Beaumont", "c.beaumont@example.com", ["Charlotte Beaumont", "Hugo Beaumont"]),
    ("Walter Pruitt", "walter.pruitt@example.com", ["Walter Pruitt"]),
    ("Ellen Whitcomb", "whitcombs@example.com", ["Ellen Whitcomb"]),
    ("Odette Beaumont", "c.beaumont@example.com", ["Odette Beaumont"]),
]

# Who is asked to pay in the README's steps: they owe two providers something, whatever they paid before.
STILL_OWING = ("Aisha Karim", "Robert O'Connell", "Dmitri Volkov")

# Whose first and last visits are confidential.
KEEPS_TO_HERSELF = "Sofia Alvarez"

# Whose account is opened by whom else: she has no sign-in of her own.
HELPED = {"Odette Beaumont": "Charlotte Beaumont"}

# Of those who are asked for one at sign-in: spouses with one address, and who signs in by name.
BIRTH_DATES = {
    "Maria Alvarez": dt.date(1984, 3, 1),
    "Robert O'Connell": dt.date(1979, 7, 22),
    "James Whitcomb": dt.date(1961, 3, 15),
    "Ellen Whitcomb": dt.date(1964, 11, 2),
}

# Of the sample guarantor's patients: days from today, hour, minutes, what for, how it stands.
APPOINTMENTS = [
    ("Maria Alvarez", -64, 9, 20, "Office visit", "seen"),
    ("Maria Alvarez", 12, 10, 30, "Annual physical", "booked"),
    ("Leo Alvarez", -30, 15, 20, "Office visit", "missed"),
    ("Leo Alvarez", 5, 16, 20, "Follow-up", "booked"),
    ("Sofia Alvarez", 8, 8, 15, "Influenza vaccine", "canceled"),
]
# For whom, when, why, and what the desk answered.
WISHES = [
    ("Sofia Alvarez", "Tuesday or Thursday, after 3 PM", "Her vaccine, canceled last week", ""),
    ("Leo Alvarez", "Any morning next week", "His ankle again", "Booked for Monday at 4 PM with Marcus Bell, PT."),
]
PREFERRED = {"Robert O'Connell": "Rob", "Nguyễn Thị Hồng Nhung": "Nhung"}
# A number that nobody has, where a number may be.
MOBILE = "(312) 555-0142"
NEW_PHONE = "(555) 010-3999"

STAFF_PASSWORD = "demo-password-1"  # noqa: S105  printed by the demo, never used elsewhere

# Email, name, role: the groups that the migrations made.
STAFF = [
    ("frontdesk@example.com", "Dana Whitfield", "Front desk"),
    ("manager@example.com", "Ruth Castellano", "Billing manager"),
    ("admin@example.com", "Alex Moreau", "Administrator"),
]

CARDS = [("visa", "4242"), ("mastercard", "4444"), ("amex", "8431"), ("discover", "1117")]
