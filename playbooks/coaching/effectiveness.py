"""The checks on an effectiveness check: a number, over a time in which the problem could have come back."""

from __future__ import annotations

from playbooks.coaching.finding import Kind, Known, TextCheck, Tier, left_out, said_without
from playbooks.coaching.prose import DATE, Prose, any_of, pattern

_COUNT = r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|a hundred|several dozen|half a|a half)"
_OF_TIME = (
    r"(?:batch(?:es)?|lots?|months?|weeks?|days?|years?|quarters?|campaigns?|runs?|shifts?|cycles?|fills?|fillings?|preparations?|orders?|samples?|pulls?"
    r"|tests?|audits?|changeovers?|format changes|changes|clearances?|deliver(?:y|ies)|shipments?|inspections?|cleanings?|rounds?|packs|units|vials"
    r"|tablets|bottles|pages|videos|starts|steriliz?s?ation|transfers?|connections|hours|h|receipts?|releases?|measurements?|deviations reviewed|records?|media fills?)"
)
_WINDOW = (
    rf"\b{_COUNT}(?: or more| consecutive| further| commercial| stability| buffer| unannounced| observed| coming| (?!%)[\w-]+){{0,3}} {_OF_TIME}\b"
    rf"|\b{_COUNT}(?: [a-z-]+){{0,2}} (?!(?:minutes|seconds|pascals|degrees|newtons|grams|microns|litres|percents|times|deviations|complaints|events|recurrences|errors|rejects|defects|mistakes|leaks|cases|findings|failures|excursions|alarms|points|operators|persons|actions|shifts|repeats|labels|counts|particles|colonies|delays|gaps|mix-ups)\b)[a-z]{{3,}}s\b"
    r"|\bQ[1-4]\b|\b(?:until|till|to the end of|by the end of|through) (?:the )?(?:end of )?(?:the )?(?:year|january|february|march|april|may|june|july|august|september|october|november|december|\d)"
    r"|\bfrom (?:\d+ )?(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|\b(?:january|february|march|april|may|june|july|august|september|october|november|december) ?(?:to|-|–|and|until|through) ?(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|\b(?:half|one|a full) (?:a )?(?:year|season)\b|\bsix[- ]month(?:ly|s)?\b|\b(?:next|coming|following|first|second|third|fourth) (?:half|quarter|year|twelve months|season|summer|winter|campaign)\b"
    r"|\bmonths \d|\bover (?:a|one) (?:month|year|quarter)\b|\bnext (?:two|three|\d+)\b|\bwindow:"
)
_NO_COUNT = (
    r"\b(?:zero|none|no |not (?:a|one|more|over|under|above|below)|at (?:least|most)|fewer than|less than|more than|below|above|under|over|within|maximum|minimum|max|min|never)"
    r" ?\S*\d|\d ?(?:%|‰|of\b|out of|per\b|cfu|mg|g\b|mm|min\b|s\b|seconds|minutes|pa\b|nm\b|°|ppm|micro\w+|vials|units|packs|errors|defects|deviations|events|rejects|complaints)"
    r"|\b(?:zero|none of|none over|none late|not a single|no count|cpk|ppk|nil|five labels at most|all \d+|\d+ (?:or|and) (?:more|better|less|fewer))\b"
    r"|[<>≤≥]|\bbetween [\d.]+ and\b|\bno (?:further |more |new |repeat )?(?:recurrence|deviation|mix-?up|leak|reject|complaint|repeat|event|case|finding|error|excursion|oos)\w*"
    r"|\bunder \d|\b\d+(?:[.,]\d+)? ?(?:%|to|-|–) ?\d"
)
_MEASURE = _NO_COUNT

_DONE = any_of(r"""
    is (?:now )?(?:used|followed|applied)
    in use
    on file
    (?:have|has) (?:all )?(?:been )?(?:read|signed|understood|attended|received|passed)
    signed (?:by|for)
    certificates?
    hand(?:ed)? over
    everyone (?:has|knows|was|is)
    all (?:operators|staff|people|tasks|actions|steps|employees|analysts) (?:\w+ ){0,3}(?:trained|done|completed|closed|read|signed|know|informed)
    100 ?% (?:of )?(?:the )?(?:staff|trained|attendance|completion|operators|team|employees)
    knowledge
    is installed
    closure of
    open (?:actions|tasks)
    (?:is|was|are|were|has been|have been|been|got|be|becomes?|became|all|as|tasks) (?:\w+ ){0,2}(?:completed|closed|approved|implemented|installed|trained|signed|issued|released|effective|finished|in place|executed|conducted|attended|done|published|distributed|available|present|in force|fitted|updated|revised|introduced|performed|qualified|delivered|read|acknowledged|rolled out|hung|documented|archived|filed|live)
    (?:training|sop|procedure|capa|action|change control|change|work order|installation|report|checklist|qualification|task|e-learning)s? (?:\w+ ){0,3}(?:completed|closed|approved|implemented|installed|signed|issued|released|effective|finished|in place|done)
    training (?:list|records?|certificates?|attendance)
    attendance
    attended
    quiz
    exam
    test passed
    passed the (?:test|quiz|exam)
    scored
    completion (?:of|rate)
    on (?:schedule|time)
    (?:confirms?|verify|verif\w+|check\w*|evidence of|proof of) (?:the )?(?:presence|installation|implementation|completion|existence|availability)
    copy attached
    now (?:has|contains|includes|reads|in place|available)
    presence of
    read and understood
    signed off
    went live
    has item
    closed on
    came into force
""")
_OUTCOME = (
    any_of(r"""
    whether it helped
    (?<!completion )(?<!attendance )rate
    rejects?
    counts?
    below
    under
    fewer
    less than
    at most
    at least
    zero
    none
    recurr\w*
    deviations? (?:with|per|of)
    errors?
    defects?
    swab
    detect\w*
    observ\w+
    videos?
    mean
    median
    torque
    moisture
    yield
    counter
    challenge
    per 1[,.]?000
    out of
    of \d+
    separately
    mix-?ups?
""")
    + r"|\d+ (?:in|out of|of) \d+|(?:0|zero) \w+ in"
)

_NONE_BACK = any_of(r"""
    stays? at zero
    remains? (?:zero|free|at zero)
    none (?:was|were|is|are|has|have)? ?(?:seen|found|reported|observed|received|recorded|occurs?|happens?)
    no \w+(?: \w+){0,2} (?:was|were|is|are|has been|have been) (?:seen|found|reported|observed|received|recorded|raised|opened|filed)
    not one
    gone
    disappear\w*
    no (?:one|body)
    zero
    never
    no (?:further |more |new |other |repeat |such )?(?:\w+ ){0,2}(?:recurrences?|re-?occurrences?|repeats?|repetition|deviations?|mix-?ups?|leaks?|rejects?|complaints?|events?|cases?|findings?|errors?|excursions?|oos|incidents?|failures?|alarms?|occurrences?|observations?|breach\w*|stops?|missed|late|wrong|spills?)
    (?:does|do|did|will|has|have|must|should|is|are|to) not (?:\w+ )?(?:recur\w*|re-?occur\w*|happen\w*|come back|repeat\w*|return\w*|appear\w*|reappear\w*|show up|be seen|occur\w*|missed|been)
    never (?:again|recur|happen|occur|come)\w*
    (?:zero|0|nil) (?:further |similar |new |repeat )?(?:\w+ ){0,2}(?:deviations?|recurrences?|events?|cases?|complaints?|repeats?|findings?|mix-?ups?|leaks?|errors?|failures?|excursions?|incidents?)
    not (?:been )?(?:a single|one|any)
    none of the
    free (?:of|from)
    without (?:any |a |an )?(?:\w+ )?(?:recurrence|repeat|leak|deviation|event|complaint|mix-?up|finding|error|failure|incident|further|alarm|stop)\w*
    w/o
    absence of
    stays? away
    (?:problem|issue|event|defect|failure) (?:is|stays|remains) (?:gone|away|absent|solved)
    nothing (?:similar|of the kind|comparable|happens|reported)
    no longer (?:occurs?|happens?|seen|observed|reported|appears?)
    no one (?:reports|complains)
    not (?:recur|re-?occur|happen|be repeated|been repeated|come up)\w*
    has stopped
    ceased
""")
_OPPORTUNITIES = (
    r"\b(?:\d[\d,.]*|about \d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|hundred|million)(?: or so| further| more| consecutive| stability| buffer| sterili[sz]ation| commercial| format| observed| expected| [\w-]+){0,2} "
    r"(?:batch(?:es)?|lots?|campaigns?|runs?|cycles?|fills?|fillings?|preparations?|orders?|samples?|pulls?|tests?|changeovers?|changes|clearances?|deliver(?:y|ies)|shipments?"
    r"|inspections?|cleanings?|rounds?|packs|units|vials|tablets|bottles|pages|alarms|starts|transfers?|connections|openings|million packs|syringes|cartons|weighings|entries|receipts|interventions|media fills|pallets|doses|injections|sequences)\b"
    r"|\bof (?:the )?\d+\b|\bout of\b|\bper (?:\d|million|thousand|hundred)|\bin \d+ of\b|\b\d+(?:[.,]\d+)? million\b|\b\d+ ?%"
)


def _done(prose: Prose, _: Known) -> str | None:
    """Only that it was done, and nothing that came of it."""
    return None if prose.has(_OUTCOME) else prose.said(_DONE, even_denied=True)


def _window(prose: Prose, _: Known) -> str | None:
    """No time or number of chances; "the next batch" is one, and no window."""
    return None if prose.has(_WINDOW) or pattern(DATE).search(prose.text) else ""


EFFECTIVENESS = (
    TextCheck(
        "no_measure",
        Kind.EFFECTIVENESS,
        Tier.FACTS,
        "What number would tell you it worked?",
        left_out(_MEASURE),
    ),
    TextCheck(
        "no_window",
        Kind.EFFECTIVENESS,
        Tier.FACTS,
        "Over how many batches or months, and would the problem have had a chance to appear?",
        _window,
    ),
    TextCheck(
        "completion_as_effect",
        Kind.EFFECTIVENESS,
        Tier.FACTS,
        "“{quote}” shows it was done. What would show it helped?",
        _done,
    ),
    TextCheck(
        "no_denominator",
        Kind.EFFECTIVENESS,
        Tier.FACTS,
        "“{quote}”: out of how many opportunities?",
        said_without(_NONE_BACK, _OPPORTUNITIES),
    ),
)
