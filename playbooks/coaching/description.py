"""The checks on the description of an event: what was expected, what was seen, and nothing of the reasons yet."""

from __future__ import annotations

import re

from playbooks.coaching.finding import Held, Kind, Known, TextCheck, Tier, left_out, said
from playbooks.coaching.prose import CLOCK, DATE, NUMBER, Prose, any_of, pattern

PEOPLE = (
    r"(?:operators?|analysts?|technicians?|packers?|samplers?|supervisors?|engineers?|contractors?|fitters?|colleagues?"
    r"|shift|team|crew|guards?|reviewers?|checkers?|chemists?|microbiologists?|dispensers?|drivers?|staff|employees?"
    r"|persons?|people|trainees?|newcomers?|he|she|they|who|someone|somebody|nobody|leads?|QA|maintenance|warehouse"
    r"|planners?|cleaners?|officers?|clerks?|setters?|verifiers?|weighers?|witness|manager)"
)

_EXPECTED = any_of(r"""
    defin\w+
    lays? down
    foresee\w*
    stat(?:es|ed)
    normal(?:ly)?
    usual(?:ly)?
    recipe
    monograph
    registered
    agreed
    qualif\w+
    drawing
    as written
    oblig\w+
    designed (?:for|to)
    valid (?:until|to|for)
    expir\w+
    provides? for
    is (?:asked|called|wanted|foreseen)
    should
    must not
    correct (?:value|one|label|order|setting)
    should(?:n['’]t)?
    shall
    must
    supposed to
    meant to
    intended
    requir\w+
    prescri\w+
    specif\w+
    specs?
    mandatory
    limits?
    toleranc\w+
    criteri\w+
    acceptance
    allow\w*
    permit\w*
    forbid\w*
    prohibit\w*
    max(?:imum)?
    min(?:imum)?
    nmt
    nlt
    alert
    action level
    action limit
    (?<!until )(?<!until the )range
    window
    expect\w*
    target
    set ?points?
    nominal
    theoretical
    (?:had been |as )calculated
    planned
    scheduled
    due
    instead
    in place of
    rather than
    in lieu of
    versus
    vs
    contrary to
    as against
    against
    according to
    in accordance
    as per
    per (?:sop|procedure|mbr|bmr|protocol|method|the|step|section|plan|recipe|master|instruction|monograph|usp|ep)
    sop\S*
    procedures?
    protocol
    calls? for
    called for
    asks? for
    asked for
    needs?
    needed
    has to
    have to
    had to
    wants?
    demands?
    stipulat\w+
    says
    (?:is|are|was|were) to (?!blame)
    described as
    described in
    at least
    at most
    not more than
    not less than
    no more than
    no less than
    up to
    out of spec\w*
    oos
    oot
    validated
    approved for
    nothing else
    only (?:allowed|permitted)
    qualified (?:for|range)
    fixed at
    where the \w+(?: \w+)? (?:has|have|gives?|lists?|shows?)
""") + (
    r"|[<>≤≥±]"
    r"|(?<![\d\-/.:])\d{1,4}(?:[.,]\d+)? ?(?:to|-|–|and) ?\d{1,4}(?:[.,]\d+)? ?(?:%|°|µ|[a-z]{1,6}\b)(?<!jan)(?<!feb)(?<!march)"
    r"(?<!april)(?<!may)(?<!june)(?<!july)(?<!aug)(?<!sept)(?<!oct)(?<!nov)(?<!dec)"
)

_UNIT = (
    r"\d ?(?:°|%|(?:bar|mbar|m?pa|hpa|kpa|psi|mmhg|torr|g|kg|mg|µg|μg|ug|ng|t|l|ml|µl|μl|m3|m³|rpm|l/min|l/h|m/s|[µμu]s(?:/cm)?"
    r"|ms(?:/cm)?|k?n|kp|mm|cm|[µμ]m|nm|cfu|ppb|ppm|ntu|v|ma|k?hz|n ?m|ncm|m?pas|cp|c|f|k|rh|units?|iu|cm2|mol|m)(?![a-z]))"
    r"|\bph\W+(?:\w+\W+){0,3}\d|\b(?:eleven|twelve|fifteen|ten|five|two|three|four|six|seven|eight|nine|twenty|thirty|forty|fifty)"
    r" (?:pascals?|degrees?|bar|litres?|liters?|grams?|kilo\w*|percent|per cent|millilit\w+|newtons?|newton)"
)
_QUANTITY = any_of(r"""
    (?:room |chamber |air |product |inlet |outlet |bulk |storage )?temp(?:erature)?s?
    (?:differential |room |air |chamber |vessel |steam )?pressure
    (?:relative |room )?humidity
    ph
    (?:fill(?:ing)? |tablet |gross |net )?weights?
    (?:fill(?:ing)? )?volumes?
    (?:mixing |stirrer |stir(?:ring)? |press |line |blender )?speed
    flow(?: rate)?
    conductivity
    viscosity
    hardness
    thickness
    friability
    yield
    dissolution
    assay
    torque
    vacuum
    moisture(?: content)?
    water content
    turbidity
    density
    concentration
    (?:air )?velocity
    airflow
    voltage
    (?:filling |liquid |water |tank )level
    level
    toc
    bioburden
    particle counts?
    particles
    oxygen
    vibration
    dew point
    potency
    osmolality
    recovery
    dosage
""")
_DEVICE = pattern(
    r"^[ -](?:probes?|sensors?|gauges?|loggers?|recorders?|charts?|transmitters?|meters?|alarms?|checks?|print ?outs?|hoses?"
    r"|lines?|valves?|switch\w*|relief|vessels?|regulators?|controllers?|control|displays?|curves?|profiles?|map\w*|data|records?"
    r"|logs?|log ?books?|labels?|tests?|testers?|monitor\w*|trends?|plots?|files?|sheets?|columns?|fields?|entry|entries"
    r"|calibration\w*|indicators?|pens?|cables?|study|studies|tag|tags|stickers?|measurements? (?:was|were) not|setters?"
    r"|balances?|scales?|method|apparatus|bath|cells?|pumps?|cylinders?|samples?|vials?|electrodes?|standards?|series)\b"
)
_STATE = (
    r"\b(?:high|low|higher|lower|out|above|below|drop\w*|fell|fall\w*|rose|ris\w+|increas\w*|decreas\w*|drift\w*|fluctuat\w*"
    r"|spik\w*|excursion|exceed\w*|too|lost|loss|deviat\w*|abnormal\w*|unstable|went|climb\w*|jump\w*|dip\w*|enough|insufficient"
    r"|reach\w*|off|wrong|slow\w*|fast\w*|vari\w+|inconsistent|elevated|peak\w*|differ\w*|less|under|unusual\w*|weak|strong\w*"
    r"|outside|fail\w*|short|reduced|excessive|sank|sinking|creep\w*|crept|shot up|not hold\w*|not held|hold|collapsed|swing\w*|swung"
    r"|not right|not ok|poor|down|up|not stable|not met|not maintained|could not be maintained)\b"
)
_ALONE = any_of(r"""
    (?:too|running|ran|very|far too|much too) (?:hot|cold|warm|heavy|light|wet|dry|slow|fast|thick|thin|soft|hard|full|cool|damp|humid)
    overheat\w*
    under ?weight
    over ?weight
    under ?fill\w*
    over ?fill\w*
    warmed up
    hotter
    colder
    warmer
    heavier
    lighter
    slower
    faster
    softer
    harder
    thinner
    thicker
""")

_IDENTIFIER = (
    r"\b(?!(?:SOP|WI|USP|EP|BP|JP|EU|US|UK|ICH|ISO|FDA|CFR|CO|H2O2|PM|AM|Q|UTC|CET|PH|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b)"
    r"(?-i:[A-Z]{1,6}-?\d+[A-Z]?\b(?!:)|[A-Z]{2,6} \d{1,5}\b(?![:.]\d)|[A-Z]{1,6}(?:-[A-Z0-9]+)*-\d+)"
    r"|\b[a-z]{1,4}-\d+|\b\d{2,}[A-Z]+\d+\b|\b\d{4,}-?[A-Z]\b|\b\d{2}-\d{3,}\b|\b(?!20\d\d\b)\d{5,}\b"
    r"|\b(?:batch|lot|room|lab(?:oratory)?|line|tank|vessel|reactor|freezer|fridge|refrigerator|cabinet|bay|suite|pallet|press"
    r"|isolator|blender|oven|incubator|autoclave|hood|balance|instrument|granulator|mixer|chamber|booth|cell|hall|building|aisle"
    r"|rack|server|system|skid|dryer|mill|coater|washer|lyo|scale|camera|printer|filler|capper|labeller|equipment|asset|tag|serial"
    r"|inventory|no|number|study|protocol|sample|point|unit|pump|column|packing line|filling line|cold (?:room|store)|warehouse)s?"
    r"(?: (?:no|number|tag|id|code))?[ .:#]*['\"]?(?:\d+|(?-i:[A-Z])\b|one\b(?! of)|two\b|three\b|four\b|five\b|six\b)(?!:\d)(?! ?%)"
)

_NO_AGENT = pattern(
    r"\b(?:it (?:was|has been|had been|is|is being|became)|(?:was|were|been|being)) (?:\w+ )?(?:discovered|found|noticed|detected|identified|noted"
    r"|observed|reported|seen|realis?zed|realised|clear)(?= (?:on|that|to|later|afterwards|only)\b|\.|,? \d| at \d|$)"
    r"|\b(?:sop\S*|drawing|procedure|instruction|record|mbr|layout|plan) (?:\S+ )?shows?\b|\bit turned out\b|\bit (?:came|became) (?:out|clear|apparent)\b|\bturned out\b"
)
_FOUND = any_of(r"""
    caught
    learn\w*
    during
    while
    when (?:\w+ing|he|she|they|the \w+ (?:opened|came|went|looked|wanted|tried))
    (?:on|upon) (?:\w+ing|arrival|receipt|return)
    at (?:the )?(?:hand-?over|receipt|unpacking|line clearance|start-?up|weighing|reading|sampling|release)
    horn
    beep\w*
    e-?mail\w*
    pointed
    discrepanc\w+
    mismatch
    question
    saw
    sees
    seen
    notic\w+
    noted
    spot(?:s|ted)
    hear\w*
    smell\w*
    smelt
    observ\w+
    identified
    detect\w+
    report\w+
    flag(?:s|ged)
    reali[sz]\w+
    recogni[sz]\w+
    came across
    comes across
    came up
    picked up
    caught
    reveal\w+
    show(?:s|ed|n)
    reads?
    read off
    recount\w*
    count(?:s|ed)
    alerted
    alarm(?:s|ed)?
    called
    phoned
    rang
    look(?:s|ed|ing)
    found
    finds
    discover\w+
    measured
    review\w*
    inspect\w*
    check(?:s|ed|ing)?
    self-inspection\w*
    audit(?!s? trail)\w*
    walk-?(?:through|down|round|about)
    (?:hourly|daily|morning|his|her|their|the|utilities|weekly|last|first|control|inspection) rounds?
    reconcil\w+
    complaint\w*
    trend\w*
    opened
    compar(?:ed|ing)
    told
    stumbled
    remarked
    raised
    questioned
    asked
    monitoring
    came to light
    pointed out
    message
    verif\w+
    visible
    testing
    warn\w+
    cycle count
    felt
""")

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_RELATIVE = any_of(rf"""
    yesterday(?:['’]s)?
    today(?:['’]s)?
    tonight(?:['’]s)?
    tomorrow(?:['’]s)?
    this (?:morning|afternoon|evening|week|month|year|shift|noon|weekend|spring|summer|autumn|winter|quarter)
    (?:the )?(?:last|past) (?:night|week|month|year|shift|weekend|{_WEEKDAY}|quarter|summer|spring|winter|autumn|evening)(?:['’]s)?
    (?:earlier|later) (?:this|on|today|in the (?:week|day|shift))
    recently
    lately
    just now
    (?:right )?now(?= (?:it|the|we|they|and))
    the other (?:day|night|week|shift)
    (?:a|an|one|two|three|four|five|six|ten|few|couple of|some|several|\d+) (?:hours?|days?|weeks?|months?|shifts?|minutes?|years?) (?:ago|back|earlier)
    not long ago
    a while (?:ago|back)
    (?:the )?previous (?:shift|day|night|week|evening|month|weekend)
    the (?:day|night|evening|morning|week|shift) (?:before|after)(?: yesterday)?
    (?:on|since|over|until|by|before|after) {_WEEKDAY}
    {_WEEKDAY} (?:night|morning|afternoon|evening)(?:['’]s)?
    (?:over|at|during|before|since) the weekend
    earlier (?:today|this)
    the next (?:day|morning|shift)
    the following (?:day|morning|shift)
    overnight
    nowadays
    these days
    so far this \w+
    before the (?:holidays|shutdown|break)
    after the (?:holidays|shutdown|break)
    since the (?:holidays|shutdown|break)
    first thing this
""")

_VAGUE = any_of(r"""
    (?:far|much|way|well) (?:too|above|below|over|more|less|beyond)
    more or less
    on and off
    again and again
    every so often
    at times
    at intervals
    intermittent(?:ly)?
    a (?:stack|pile|group|series|touch|hint|splash|puddle|drop|bunch)(?: of)?
    for (?:minutes|hours|days|weeks)
    (?:a matter of|within|after) (?:minutes|hours|days)
    a (?:short |brief )?moment
    a while
    mostly
    mainly
    largely
    heavily
    minimal(?:ly)?
    barely
    marginal(?:ly)?
    nearly (?:full|empty)
    almost (?:full|empty|every)
    quite (?:high|low|long|full|late)
    rather (?:high|low|long|full|late)
    (?:a )?(?:small|large|big|huge|tiny|considerable|good|fair) (?:amount|quantity|number|part|share|portion|puddle|spill|pile|share)
    bits? of
    pieces of
    other (?:vials|tablets|cartons|bottles|boxes|drums|bags|samples|pallets)
    several
    some(?! (?:of the )?(?:\d|one))
    many
    numerous
    a (?:good |fair |large |small |whole )?(?:handful|few|couple|bit|lot|bunch|number|little|load|while|trace|quantity|amount|part|portion)(?: of)?
    quite a (?:few|lot|bit|while|number)
    (?:a )?few
    most(?: of)?(?! recent)(?! probabl)(?! likel)
    lots
    loads
    plenty
    various
    multiple
    slight(?:ly)?
    roughly
    approx(?:imately|\.)?
    about(?= (?:half|the same|a third|a quarter))
    often
    repeatedly
    frequently
    sometimes
    occasionally
    from time to time
    now and then
    (?:a|for) long time
    for (?:some|a|a short|quite some) time
    brief(?:ly)?
    too (?:much|many|long)
    much of
    extra
    considerabl[ey]
    significant(?:ly)?
    nearly all
    almost all
    (?:the |a )?majority
    partly
    partially
    dozens
    hundreds
    thousands
    somewhat
    more than usual
    shortly
    tons
    heaps
    large quantit\w+
    small quantit\w+
    a short (?:time|while|period)
    for hours
    a series of
    countless
    excessive(?:ly)?
    certain
    any number
    a good deal
    the odd
    couple of
    large(?:r)? (?:amounts?|numbers?|parts?)
    small(?:er)? (?:amounts?|numbers?|parts?)
""")
_NOT_A_COUNT = pattern(
    rf"{DATE}(?: ?(?:20)\d\d)?|{CLOCK}|\b20\d\d\b|\b(?-i:[A-Z]+[A-Za-z]*)-?\d+[A-Z]?(?:-\d+)*\b|\b[a-z]+-\d+\b|\b\d+[A-Z]\d*\b"
    r"|\b(?:batch|lot|room|line|tank|vessel|drum|station|reel|tray|step|page|section|point|bay|shift|point|needle|week|grade|row"
    r"|pallet|press|carton|box|plate|study|sample|version|rev|no|day)s?\.? \d+\w*|\b\d{5,}\b"
    r"|\bin one go\b|\bat one\b|\bone (?:of|after)\b|\bno one\b|\blimit\b[^.;]*|\bmax\b[^.;]*"
)

_CAUSE = (
    any_of(r"""
    thus
    hence
    with the result
    brought about
    provoked
    prompted
    aris(?:es|ing) from
    arose from
    originat\w+ (?:from|in)
    traced (?:back )?to
    linked to
    related to
    by mistake
    in error
    under-?dimensioned
    worn[- ]out
    too old
    must be the
    no wonder
    why the
    which is the reason
    never (?:serviced|trained|maintained|replaced)
    understaff\w*
    short of (?:staff|people)
    new (?:operator|packer|analyst|colleague|trainee|hire|technician)
    not (?:properly |well |fully )?(?:trained|maintained|serviced)
    untrained
    defective
    faulty
    inadequate
    insufficient(?:ly)?
    on the grounds
    is to blame
    responsible for
    was responsible
    root
    due to(?! (?:be|start|expire|arrive|leave|finish|ship|run|end|begin|go|have)\b)
    because(?: of)?
    as a (?:result|consequence) of
    caused by
    caused
    owing to
    root cause(?! (?:is|was) (?:not|un|still|being|to be))
    result(?:ed|ing|s) from
    attribut\w+
    (?:comes?|came|coming) from
    (?:the )?(?:reason|cause) (?:for (?:this|it|the \w+) )?(?:is|was|being)(?! (?:not|un|still|being|to be|under|open))
    (?:the )?(?:reason|cause):
    since (?:the |an? |he|she|they|nobody|no |we|it |all |both )(?:\w+ ){0,2}(?:did|had|was|were|is|are|forgot|has|could|does|do|never|left|used|took)
    which (?:made|caused|led|is why|explains)
    made that
    led to
    leads to
    thanks to
    stem(?:s|med) from
    on account of
    (?:most |very )?(?:probably|likely)
    must have(?: been)?
    the culprit
    to blame
    therefore
    (?:from|by|through|for) (?:a )?(?:lack|poor|bad|insufficient|inadequate|wrong)\w*
    lack of
    poor(?:ly)? \w+
    triggered by
    induced by
    explains? why
    that is why
    that['’]s why
    it (?:is|was) (?:the|our|just|again|clearly) \w+
    obviously
    evidently
    down to the
    for want of
    the fault of
    as (?:the|an?|our|no|nobody|he|she|they|it) (?:\w+ ){0,3}(?:did not|didn['’]t|had not|hadn['’]t|forgot|was not|wasn['’]t|were not|is too|was too|is old|is worn|had never|has no|had no|is not|was new)
    apparently
    presumably
    seems to (?:be|have)
""")
    + r"|, so (?=(?:the|it|they|he|she|we|this|that|an?|no|nobody|some)\b)"
)
_RESPONSE = (
    r"\b(?:stopped (?:filling|the|work|dispensing|compression)|moved|transferred|relocated|quarantined|put on hold|placed on hold|told|informed"
    r"|held|switched|aborted by|as sop|per sop|as (?:the )?(?:sop|procedure|mbr)|required by|sop\S* (?:demands|requires|says|allows|asks)"
    r"|rejected|segregated|not known|unknown|to be determined|under investigation|not yet known)\b"
)

_BLAME = any_of(rf"""
    forgot(?!-)
    (?:had|have|has|was|were|been|simply|again|just|obviously|must have) forgotten
    forgetful\w*
    careless\w*
    (?:human|operator|analyst|personnel|people|user) error
    negligen\w*
    (?:could|can|would)(?: not|n['’]t|not) be bothered
    (?:did not|didn['’]t|not) bother\w*
    should(?:['’]ve| have) (?:known|seen|noticed|checked|paid|been more|realised|realized|looked|read|asked|thought|told)
    ought to have \w+
    (?:not|n['’]t)(?: really| properly)? (?:pay|paying|paid)(?: \w+)? attention
    without (?:really |even |properly |actually )?(?:looking|thinking|reading|caring)
    (?:who|that) is (?:\w+ )?known (?:to|for)
    {PEOPLE}(?: \w+){{0,2}} (?:ignored|disregarded|neglected|failed|fails)
    lazy
    laziness
    slopp\w+
    neglect(?:ed|ful)
    mistakes?
    oversight
    overlook\w*
    inattent\w*
    as usual
    as always
    always does
    never listens
    (?:messed|screwed|cocked|mucked|slipped) (?:it )?up
    botch\w*
    (?:his|her|their|whose|operator['’]?s|own) (?:own )?fault
    at fault
    to blame
    blame
    incompeten\w*
    clums\w+
    absent-?minded\w*
    (?:not|n['’]t|without) (?:being )?concentrat\w*
    lack of (?:care|attention|concentration|discipline|diligence|focus|interest|common sense)
    chatting
    chatty
    on (?:his|her|their|the) (?:mobile|phone)
    playing with
    daydream\w*
    rush\w*
    in (?:a|his|her|their|too much of a) (?:hurry|rush)
    did(?: not|n['’]t) (?:care|think|concentrate|look properly|listen|take (?:it|the|this) serious\w*)
    not care
    bad habit
    unreliable
    asleep
    dozed
    dozing
    wasn['’]t thinking
    not thinking
    clueless
    inexperienced
    unskilled
    reckless\w*
    stubborn\w*
    unprofessional\w*
    wilful\w*
    deliberately
    on purpose
    once (?:more|again) (?:the same|by the same)
    (?:the )?same (?:operator|analyst|person|guy|technician) (?:again|as)
    typical(?:ly)? (?:of|for) (?:him|her|them|the)
    too (?:busy|lazy|slow|tired|stupid)
    distracted
    irresponsib\w*
    stupid\w*
    half-?heart\w*
    couldn['’]t care
    took (?:the )?short ?cuts?
    cut(?:ting)? corners
    thoughtless\w*
    misbehav\w*
    no (?:discipline|sense of)
    poor (?:work|attitude|discipline|workmanship)
    (?:bad|wrong) attitude
    was (?:clearly )?not (?:careful|attentive|alert|focused|focussed|concentrating)
    wasn['’]t (?:careful|attentive|alert|focused|concentrating|paying)
    not (?:careful|attentive) enough
    obviously did(?: not|n['’]t)
    simply (?:did|didn['’]t|left|skipped|ignored|put|signed)
    just (?:ignored|skipped|signed|guessed|left it|walked)
    knew (?:better|very well|full well|exactly)
    yet again
    never (?:bothers|checks|reads|listens|cares)
    does not take \w+ serious\w*
    a slip by
""")

_FIX = (
    r"(?:re)?(?:train|replac|revis|updat|design|modif|chang|install|add|lock|introduc|implement|automat|upgrad|remov|shorten|extend"
    r"|clarif|improv|mov|label|mark|calibrat|amend|rewritt?|includ|fitt?|redesign|qualif|increas|reduc|adapt|review|block|separat"
    r"|barcod|check|connect|brief|remind|coach|enforc|tighten|stopp|put|bought|purchas|order|made|mad|colou?r|rout|equip|giv)\w*"
)
_SOLUTION = any_of(rf"""
    (?:will|shall|is going to|are going to) be (?:\w+ )?{_FIX}
    we (?:will|should|must|need|want|ought|plan|could|propose|suggest|have to|intend)
    (?:needs?|has|have) to be {_FIX}
    (?:should|must|could|ought to) (?:all |also |therefore |really )?(?:be|get|have) (?:\w+ )?{_FIX}
    (?:is|are|was|were) (?:hereby )?(?:proposed|suggested|recommended)
    (?:i|qa|we|team|shift) (?:propose|suggest|recommend)\w*
    proposal
    suggestions?:?
    recommend\w*
    going forward
    in (?:the )?future
    from now on
    for the future
    would (?:have )?(?:solve|solved|help|helped|prevent|prevented|avoid|avoided|fix|stop|stopped|catch|caught|make sure|be (?:better|good|enough|safer))\w*
    to (?:prevent|avoid) (?:this|it|a repeat|recurrence|such|that|further|repetition|any)
    capa(?!-?\d)(?! (?:number|meeting|no|log|system|\d))
    (?:corrective|preventive|preventative) (?:actions?|measures?)
    to be {_FIX}
    so (?:that )?(?:nobody|no one|it cannot|this cannot|it can['’]t|they cannot)
    please (?:calculate|use|install|train|change|replace|add|make|order|update|revise|check|fix)
    re-?train(?:ed|ing)?
    refresher
    could (?:have been|be) (?:avoided|prevented|solved)
    let['’]?s \w+
    next time
    action:
    solution(?: is|:| would)
    (?:a|an|the)? ?better (?:\w+ ){{1,3}}(?:here|is needed|needed)
    it (?:is|would be) (?:better|best|wise|advisable|necessary) to
    time to (?:replace|change|retrain|update|install|buy|get)
    it would be (?:good|better|best|enough)
    \w+ (?:is|are) needed
    why (?:don['’]t|not)
    ought to
    maybe we
    must no longer
    as a (?:fix|remedy|countermeasure|permanent)
    will (?:prevent|avoid|solve|fix|install|replace|train|retrain|update|revise|add|introduce|put in)
    shortened from
    plans? to (?:install|replace|train|retrain|update|revise|add|introduce|change|buy|order)
    (?:planned|ordered) (?:as|for) (?:replacement|a fix)
    i would (?:put|install|add|change|make|use|replace)
    somebody should
    someone should
""")
_RULE = (
    r"\b(?:according to|as per|per (?:sop|mbr|pm|procedure|step|protocol)|sop\S* (?:says|requires|asks|states|wants)|requires?|mbr|specified|protocol"
    r"|method requires|was due|approved on|CR-\d+|CAPA-\d+)\b"
)

_MINIMISING = any_of(r"""
    should be fine
    no harm
    no drama
    still (?:usable|good|suitable|acceptable|fine|ok)
    nobody would
    nobody will
    (?:in|within) spec(?:ification)? anyway
    resolved itself
    self-?correct\w*
    remains? (?:suitable|usable|valid|acceptable)
    confident
    rest assured
    luckily
    fortunately
    thankfully
    of no (?:\w+ )?(?:relevance|importance|concern|consequence|significance)
    no (?:gmp |quality |patient |product |real )?(?:relevance|significance|importance)
    not gmp[- ]relevant
    limited to
    far below
    safety margin
    in our (?:view|opinion|experience)
    we (?:believe|think|consider|are sure|assume)
    acceptable
    acceptably
    no patient
    product (?:quality )?(?:is|was|remains) (?:not|un\w+|ok|fine|good|safe)
    can(?:not|['’]t) (?:have )?(?:affect|influence|harm|hurt)\w*
    could not (?:have )?(?:affect|influence|harm|hurt)\w*
    just (?:a )?(?:small|minor|tiny|short|brief|formal|typo|paperwork|documentation|little|quick|once)
    no (?:\w+ )?(?:impact|effect|influence|harm|consequences?|bearing)(?! (?:assess|statement|was assessed|is known|has been|yet))
    no (?:real |true |actual |big |major |quality |product |patient |gmp |safety |further |additional )?(?:risk|concern|issue|problem|danger|damage|deal)s?
    not a (?:big |real |major |serious |quality |gmp |safety )?(?:deal|issue|problem|concern|risk|thing)
    nothing (?:to worry|serious|critical|important|happened|bad|really|special|major|was affected|is affected|of concern|much)
    negligibl[ey]
    minor(?! (?:axis|ax|defect|version|rev|class|graft|groove))(?! ['’])
    of course
    purely
    cosmetic(?:s|ally)?
    formality
    formal (?:error|mistake|point|issue|matter)
    trivial
    insignificant
    harmless
    obviously
    merely
    isolated (?:event|case|incident|occurrence|issue|instance|error)
    one-?off
    (?:not|n['’]t|never) (?:\w+ )?(?:affect\w*|critical|serious|relevant|at risk|significant|impact\w*|compromis\w*|dangerous|harm\w*|endanger\w*|matter|touched|influenc\w*|jeopardi\w*|relevant)
    unaffected
    anyway
    (?:is|are|was|were|remains?|stays?|looks?|should be|will be) (?:still |of course |all |absolutely |perfectly |certainly |surely |definitely |completely |totally |otherwise )?(?:fine|ok|okay|safe|unharmed|all right|alright|in order)\b
    unlikely to
    without (?:any )?(?:impact|effect|risk|harm|consequence\w*|relevance)
    (?:a )?(?:small|little|tiny) (?:thing|matter|slip|issue|error|mistake|detail|glitch)
    only (?:a (?:small|minor|short|slight|brief|cosmetic|formal)|paperwork|documentation|cosmetic|formal|slight|minor|briefly|marginally|slightly)
    (?:simply|purely|only|just) (?:a )?(?:documentation|paper|administrative|clerical|typing)
    (?:documentation|clerical|typing|typographical|administrative) (?:error|issue|mistake) only
    irrelevant
    meaningless
    can be (?:ignored|disregarded|neglected|excluded)
    need not
    no need to
    safe to (?:use|release)
    can (?:safely )?be (?:used|released)
    good enough
    happens all the time
    as everyone knows
    never (?:been )?a problem
    worst case (?:is|was) (?:still )?
    well within
    quality (?:is|was|remains) (?:good|given|guaranteed|ensured|assured)
    no reason to
    can only
    far from (?:critical|any)
    (?:surely|certainly|definitely|undoubtedly|naturally)
    so (?:the )?(?:product|batch|lot|quality|patients?|data|result|samples?) (?:is|are|was|were)
    low risk
    marginal(?:ly)?
    nobody (?:was|is) (?:hurt|harmed|affected)
    does not (?:really )?(?:count|change anything|play a role)
    no one will
    for a (?:short )?moment only
    barely
    hardly
    no big
    unimportant
    theoretical(?:ly)? (?:only|risk)
    non-?critical
    excluded that
    rules? out any
""")

_ACRONYM = r"(?-i:\b[A-Z]{2,5}\b)(?!-?\d)(?!\S*['’\"])"
_COMMON = frozenset(
    [
        "QA",
        "QC",
        "QP",
        "GMP",
        "GDP",
        "GLP",
        "GXP",
        "SOP",
        "SOPS",
        "WI",
        "USP",
        "EP",
        "BP",
        "JP",
        "EU",
        "UK",
        "US",
        "USA",
        "FDA",
        "EMA",
        "MHRA",
        "ICH",
        "ISO",
        "HPLC",
        "UPLC",
        "GC",
        "UV",
        "IR",
        "TOC",
        "CFU",
        "WFI",
        "PW",
        "API",
        "IPC",
        "BMR",
        "MBR",
        "EBR",
        "LIMS",
        "CAPA",
        "OOS",
        "OOT",
        "OOL",
        "PH",
        "RPM",
        "AM",
        "PM",
        "UTC",
        "CET",
        "EM",
        "HVAC",
        "AHU",
        "CIP",
        "SIP",
        "ID",
        "IT",
        "PC",
        "USB",
        "PDF",
        "RH",
        "NMT",
        "NLT",
        "OK",
        "NO",
        "YES",
        "ERR",
        "MAX",
        "MIN",
        "STOP",
        "RESET",
        "HMI",
        "PLC",
        "LOD",
        "LOQ",
        "RSD",
        "SD",
        "AQL",
        "LED",
        "CCTV",
        "ERP",
        "SAP",
        "QMS",
        "AND",
        "OR",
        "THE",
        "NOT",
        "ON",
        "OFF",
        "IN",
        "TO",
        "VS",
        "RT",
        "LAF",
        "RABS",
        "VHP",
        "IQ",
        "OQ",
        "PQ",
        "DNA",
        "RNA",
        "PCR",
        "ELISA",
        "TSA",
        "SDA",
        "AC",
        "DC",
        "ST",
        "NR",
        "TBD",
        "NA",
        "CR",
    ]
)

_ROLES = (
    "Shift|Operator|Supervisor|Analyst|Technician|Quality|Production|Maintenance|Engineering|Warehouse|Packaging|Security|Line|"
    "Utilities|Night|Day|Morning|Karl|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|"
    "June|July|August|September|October|November|December|The|A|An|Lead|Head|Manager|Officer|Second|QA|QC|IT|Site|Validation"
)
_NAMED = (
    r"(?-i:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b\.? [A-Z][\w'-]+)"
    r"|(?-i:\b[A-Z]\. [A-Z][a-z]{2,})"
    rf"|(?-i:\b(?!(?:{_ROLES})\b)[A-Z][a-z]{{2,}} (?!(?:{_ROLES})\b)[A-Z][a-z]{{2,}}(?= (?:from|was|had|has|did|put|took|said|saw|told|left|[a-z]+ed)\b))"
    rf"|(?-i:(?<=\bby )|(?<=\b[Tt]old )|(?<=\basked )|(?<=\bcalled )|(?<=\binformed ))(?-i:(?!(?:{_ROLES})\b)[A-Z][a-z]{{2,}}(?: [A-Z][a-z]+)?\b)(?![- ]?\d)"
)


def _measure(prose: Prose, _: Known) -> str | None:
    """A quantity that went wrong, without a value anywhere; a device or a record of that name is none."""
    if prose.has(_UNIT):
        return None
    for match in prose.matches(_QUANTITY):
        before, after = prose.around(match)
        is_device = _DEVICE.match(after)
        if not is_device and pattern(_STATE).search(before + after):
            return match[0]
    return prose.said(_ALONE)


def _how_found(prose: Prose, _: Known) -> str | None:
    """Nothing says what showed it, or who: that it "was discovered" does not."""
    return None if pattern(_FOUND).search(_NO_AGENT.sub(" ", prose.text)) else ""


def _relative(prose: Prose, _: Known) -> str | None:
    """A day that means another one next month, unless its date stands beside it."""
    date = pattern(rf"{DATE}|\b{_WEEKDAY[:-3]}\w*,? \d")
    for match in prose.matches(_RELATIVE):
        beside = prose.text[max(match.start() - 25, 0) : match.end() + 32]
        if not date.search(beside):
            return match[0]
    return None


def _vague(prose: Prose, _: Known) -> str | None:
    """An amount without a number near it; dates, times and names of things are no numbers."""
    plain = _NOT_A_COUNT.sub(lambda match: "#" * len(match[0]), prose.text)
    for match in prose.matches(_VAGUE):
        beside = (
            plain[max(match.start() - 14, 0) : match.start()] + " " + plain[match.end() : match.end() + 50]
        )
        if not pattern(NUMBER).search(beside):
            return match[0]
    return None


def _acronym(prose: Prose, known: Known) -> str | None:
    """Capitals that are not in the glossary and are not written out here."""
    for match in prose.matches(_ACRONYM):
        word = match[0]
        is_known = word in _COMMON or word in known.glossary
        is_explained = f"({word})" in prose.text or re.search(
            rf"\b{word} ?(?:\d+ ?)?(?:\([a-z]|, i\.e\.)", prose.text
        )
        if not is_known and not is_explained:
            return word
    return None


DESCRIPTION = (
    TextCheck(
        "expected_vs_actual",
        Kind.DESCRIPTION,
        Tier.FACTS,
        "What does the procedure or limit say should have happened? Naming it lets the reader see the gap.",
        left_out(_EXPECTED),
    ),
    TextCheck(
        "measure_without_number",
        Kind.DESCRIPTION,
        Tier.FACTS,
        "You mention “{quote}”. Do you have the value, the unit and the limit?",
        _measure,
    ),
    TextCheck(
        "no_identifier",
        Kind.DESCRIPTION,
        Tier.FACTS,
        "Which batch, room or equipment number would let someone find exactly this?",
        left_out(_IDENTIFIER),
        skipped_by=Held.IDENTIFIER,
    ),
    TextCheck(
        "no_when",
        Kind.DESCRIPTION,
        Tier.FACTS,
        "When did it start and when was it noticed, to the minute if the record shows it?",
        left_out(CLOCK),
        skipped_by=Held.WHEN,
    ),
    TextCheck(
        "how_found",
        Kind.DESCRIPTION,
        Tier.FACTS,
        "How did it come to light, and who (by role) saw it?",
        _how_found,
        skipped_by=Held.HOW_FOUND,
    ),
    TextCheck(
        "relative_date",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}” will mean something else next month. Which date and time is it?",
        _relative,
    ),
    TextCheck(
        "vague_amount",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "Can “{quote}” become a number or a range?",
        _vague,
    ),
    TextCheck(
        "cause_in_description",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}” already offers a reason. What did you actually see? We can keep the reason for the investigation.",
        said(_CAUSE, unless=_RESPONSE),
    ),
    TextCheck(
        "person_blame",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}”: keep what was seen. What was done, or not done, and which record shows it? The why comes in the "
        "investigation.",
        said(_BLAME, even_denied=True),
    ),
    TextCheck(
        "solution_in_description",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}” sounds like an action. Shall we park it for the CAPA?",
        said(_SOLUTION, unless=_RULE),
    ),
    TextCheck(
        "minimising",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}” is QA's conclusion later. Which facts led you to it?",
        said(_MINIMISING, even_denied=True),
    ),
    TextCheck(
        "undefined_acronym",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "Would a reader from another site know “{quote}”?",
        _acronym,
    ),
    TextCheck(
        "named_person",
        Kind.DESCRIPTION,
        Tier.WORDS,
        "“{quote}”: the official record carries the name. Would the role do here?",
        said(_NAMED, even_denied=True),
    ),
)
