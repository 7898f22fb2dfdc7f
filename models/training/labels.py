"""The label sets, in the order of the model's outputs."""

EMOTIONS = (
    "admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval "
    "disgust embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief "
    "remorse sadness surprise neutral"
).split()
DRIVERS = (
    "anger threat fear hurt demand withdrawal objection pressure distrust identity worldview impasse bad_faith "
    "defensive"
).split()
LEVELS = ("calm", "tense", "heated", "breaking")
