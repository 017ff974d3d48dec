"""The checks on a root cause: what stands behind it, what shows it, and what else was looked at."""

from __future__ import annotations

import re

from playbooks.coaching.description import PEOPLE
from playbooks.coaching.finding import Held, Kind, Known, TextCheck, Tier, left_out, said, said_without
from playbooks.coaching.prose import Prose, any_of, stems

_LONGEST_RESTATED = 25  # words
_NUMBER = re.compile(r"\d+")

_HUMAN = any_of(rf"""
    (?:human|operator|analyst|personnel|people|user|individual|manual|personal|technician|employee) (?:error|mistake|failure|factor|fault|lapse|slip)s?
    errors? (?:of|by|made by|on the part of) (?:the |an? )?(?:\w+ )?{PEOPLE}
    (?:honest |simple |plain |careless )?mistakes?(?: of| by| on)?
    forgot(?:ten)?
    forgetful\w*
    inattent\w*
    careless\w*
    (?:lack|want|loss|lapse) of (?:attention|concentration|care|focus|diligence|awareness|vigilance|discipline)
    attention to detail
    (?:did|was|were|could) ?n['’]?o?t (?:really |properly |fully |simply )?(?:concentrat|pay|paying|focus|remember|think|attentive|careful|notice|realise|realize|see|read|look)\w*
    not (?:concentrat|paying|focus|remember|attentive|careful|pay)\w*
    overlook(?:ed|ing)
    (?:an? |the )?oversight(?! of)
    negligen\w*
    (?:an? |individual )(?:slip|lapse)(?: of| by|\b(?! of the))
    distract(?:ed|ion)
    mis-?(?:read|heard|took|understood|typed|counted|placed|calculated|dialled)
    confus(?:ed|ion)
    mixed up (?:by|the)
    absent-?minded\w*
    moment(?:ary)? (?:of )?(?:inattention|lapse)
    remember(?:ed)? (?:wrong|incorrect)\w*
    simply (?:did|picked|took|left|pressed|missed)
    by (?:accident|mistake)
    accidentally
    inadvertent\w*
    unintentional\w*
    man \(fishbone
    wrong (?:by|of) (?:the )?{PEOPLE}
    did not think
    in (?:a|his|her|their) (?:hurry|haste)
    picked the wrong
    took the wrong
    pressed the wrong
""")
_CONDITION = any_of(r"""
    hidden
    behind
    abbreviat\w+
    at the same time
    simultaneous\w*
    in parallel
    alarm (?:flood|list)
    since the last break
    break (?:was|had)
    shift change
    shortage
    reversed
    upside
    mirror\w*
    menu
    default\w*
    pre-?fill\w*
    drop-?down
    scroll\w*
    two (?:systems|tasks|lists|versions|screens|scales|orders)
    alone
    unlike
    different (?:order|layout|unit|format|screen)
    turned to
    at (?:eye|floor|knee) (?:level|height)
    not (?:visible|readable|legible|labelled|marked)
    can(?:not|['’]t) be (?:seen|read|told)
    hard to (?:see|read|reach|tell)
    easy to (?:mix|confuse|miss)
    because(?! (?:of )?(?:the |an? |his |her |their )?(?:human|inattent\w*|lack|careless\w*|mistake|{PEOPLE})\b)
    layout\w*
    similar(?:ly)? (?:look|nam|label|colou?r|pack|bottl|product|shap|cod|sound)\w*
    (?:look|are|were) (?:very |so )?similar
    same (?:colou?r|core|shape|size|tray|drawer|name|label|screen|layout|shelf|place|hook)
    look[- ]?alike\w*
    look (?:the same|alike)
    identical
    ambiguous
    illegible
    font
    print size
    lighting
    light(?:ed|s)?
    dim
    glare
    consecutive
    overtime
    workload
    understaff\w*
    staffing
    short-?staffed
    interrupt\w*
    fatigue
    tired
    noise
    noisy
    time pressure
    no (?:\w+ )?(?:alarm|interlock|field|step|mark|marking|sensor|check|scan|barcode|light|label|sign|display|prompt|warning|instruction)s?
    (?:display|screen|form|template|worksheet|handover|interface|label|sheet)s? (?:faces|shows?|does|do|is|are|has|have|lacks?|lists?|lets?|asks?|prints?|was|were)
    tags? (?:are|is|sit|hang|face)
    opposite
    nearest
    next to each other
    side by side
    did not hold
    in the order
    rang
    the method was changed
    design\w*
    distance
    \d+ ?m\b
    reach(?:ed|able)?
    labels? (?:was|were|is|are)
    camera does not
    does not (?:show|say|mention|name|read|tell|have|ask)
    could only
    from memory
    from a video
    night shift
    as the (?!{PEOPLE}\b)\w+ (?:is|was|are|were|has|had|prints|shows)
    under this
    fishbone(?! branch)
    unit on the
    SOP (?:is|was|does|did|has|had) (?:not|no|silent|unclear)
    instruction (?:is|was|does|did|has|had) (?:not|no|silent|unclear)
    colou?r code
    unlabel\w*
    unmarked
    PLC
    crack
    belt
    metallurg\w+
""")

_DEPARTED = any_of(r"""
    (?:did|does|do|was|were|had|has|have) ?n['’]?o?t (?:being |been )?(?:properly |fully |strictly |always |correctly )?(?:follow|adher|compl|respect|observ|obey|kept|keep|execut|perform|carried out|done (?:as|per|according)|work(?:ed)? (?:to|according))\w*
    not (?:being |been )?(?:properly |fully |strictly |correctly )?(?:followed|adhered|complied|respected|observed|obeyed|according to|as per|in line with|in accordance)
    (?:failed|failure|failing|refus\w+) to (?:properly )?(?:follow|adher|compl|observ|respect|perform|execute|work|carry)\w*
    non-?(?:compliance|adherence|conformance|observance|conformity)
    deviat(?:ed|ing|ion) from (?:the |an? |our )?(?:\w+ )?(?:sop|procedure|instruction|wi|method|protocol|work instruction|record|rule|step)s?
    by-?pass(?:ed|ing)?
    skipp(?:ed|ing)
    left out
    omitt(?:ed|ing)
    circumvent\w*
    short-?cuts?
    work-?arounds?
    violat\w+
    breach(?:ed)? of
    against (?:the )?(?:sop|procedure|instruction|rule)s?
    contrary to (?:the )?(?:sop|procedure|instruction|rule|method)s?
    disregard(?:ed|ing)?
    ignor(?:ed|ing) (?:the )?(?:\w+ )?(?:sop|procedure|instruction|rule|step|requirement)s?
    (?:his|her|their) own (?:way|method|manner)
    rather than (?:by|per|according to|as) (?:the )?(?:sop|method|tm|procedure|instruction)\S*
    instead of (?:following|the (?:prescribed|approved|written|defined))
    chose (?:not )?to
    decided (?:not )?to
    knew (?:the|that|about)\b.{0,40}\b(?:yet|but|still)
    out of (?:sequence|order)
    in the wrong (?:order|sequence)
    without (?:the )?(?:required|prescribed|mandatory|consulting the|reading the|following|using the)
    procedure (?:was|were|is) clear
    instruction (?:was|is) clear
""")
_REASON = (
    any_of(rf"""
    because(?! (?:of )?(?:the |an? |his |her |their )?(?:human|inattent\w*|lack|careless\w*|mistake|{PEOPLE})\b)
    (?<!ever )since(?! (?:then|\d))
    as (?:the(?! {PEOPLE}\b)|there|a|an|this|it|they|no|both|each|many|people|others|most|all|his|her)
    so that
    in order to
    why
    due to
    in practice
    others (?:do|did|also|flush)\w*
    by (?:all|many|most|every) (?:shifts?|of|operators?|people)?
    out (?:for|of) (?:repair|order|stock|use)
    contradict\w*
    time pressure
    under pressure
    unavailable
    not available
    missing
    broken
    no (?:outlet|alternative|space|room|time|lock|tool|access|field)
    there (?:was|is|were) (?:one|no|only|not)
    the (?:drain|shaker|tool|form|sheet|system|rack|equipment|mirror|terminal) (?:is|was|has|had|does|at|prints)
    the \w+ (?:has|had) no
    would need to
    takes \d+
    seemed (?:right|safe|harmless|faster)
    looked (?:right|safe|harmless)
    makes sense
    made sense
    did not exist
    does not (?:mention|say|exist|describe|contain|cover)
    no deviation from
    followed to
    unclear
    ambigu\w*
    misleading
    outdated
    two versions
    the former
    habit
    used to
    trained (?:differently|otherwise)
    only see
    PLC
    moved to
    waiting
    crack
    to avoid
    to save
    the weight of
    is placed
    hard to
    difficult to
    impossible
    could not
    cannot
    can['’]t
""")
    + r"|: the\b"
)

_NEGATIVE = any_of(r"""
    inadequa\w+
    insufficien\w+
    poor(?:ly)?
    improper(?:ly)?
    lack(?:s|ed|ing)?(?: of)?
    unclear
    inappropriate(?:ly)?
    deficien\w+
    incomplete(?:ly)?
    weak(?:ness|nesses)?
    unsuitable
    substandard
    sub-?optimal
    ineffective(?:ly)?
    incorrect(?:ly)?
    faulty
    bad(?:ly)?
    wrong(?:ly)? (?:handling|storage|use|set-?up|installation|method|practice|treatment|approach|execution)
    not (?:\w+ )?(?:good enough|robust|sufficient|adequate|clear|appropriate|suitable|effective|optimal|up to standard|detailed enough|clear enough|proper|satisfactory|ideal|fit for)(?:ly)?
    (?:is|was|are|were)n['’]t (?:good enough|robust|sufficient|adequate|clear|detailed)
    vague(?:ly)?
    shortcomings?
    gaps? in (?:the )?(?:training|knowledge|process|procedure|communication|system|documentation|maintenance)
    mis-?handl\w+
    sloppy
    low (?:quality|awareness|standard|level of)
    limited (?:knowledge|experience|understanding|oversight|awareness)
    unprofessional
    disorgani[sz]\w+
    chaotic
    messy
    immature
    outdated
    not ideal
    too little (?:training|attention|care|supervision|oversight)
    missing (?:awareness|supervision|oversight|leadership|ownership|communication|training)
    absence of (?:\w+ )?(?:oversight|supervision|control|ownership|awareness|communication)
    need(?:s|ed)? improvement
    failure of (?:communication|supervision|leadership|management)
    breakdown (?:in|of) communication
    miscommunicat\w+
    left (?:a lot )?to be desired
    suboptimum
    below (?:par|standard)
""")
_EXACTLY = (
    r"(?<!cause):\s*\S|\bin the sense\b|\bnamely\b|\bi\.e\b|\bspecifically\b|\bmeaning\b|\d ?(?:%|mg|g|kg|mm|cm|h|min|°|c|l|ml|bar|µ|micro\w*)\b"
    r"|\bsolubility\b|\bweather\b|\b(?:no|not) (?:step|field|mark|limit|time|tool|sensor|scan|place|name)\b|\bdoes not (?:say|name|state|list|mention)\b"
    r"|\bvalve|\bnon-return\b|\bgasket\b|\bconstant\b|\black of (?:an? )?(?:[\w-]+ )?(?:valve|guard|lock|interlock|sensor|label|field|step|light|stop|filter|seal|drain|cover|barrier|space)\b"
    r"|\bsuch as\b|\be\.g\.|\bfor example\b|\bthat is\b|\bin that\b|\bas (?:the|it|there)\b|\bwhere the\b|\bbecause\b|\bwithout\b|\bwith no\b|\bonly \d|\b\d+ (?:of|out of)\b|\bfrom \S+ to\b|\bsignal\b|\bconnection\b|\bconductor\b|\bnot\b.{0,20}\bbut\b|\bin place of\b|\binstead of\b"
)

CAUSAL = (
    any_of(r"""
    after
    while
    unless
    (?:every|each) time
    as soon as
    whenever
    enough to
    too \w+ (?:to|for)
    unable
    that is how
    this is how
    in turn
    step by step
    leaving
    letting
    making
    pushing
    meaning
    and so
    kept
    keeps
    pulls?
    pushes
    forced
    stays
    stayed
    led to
    lead(?:s|ing)? to
    so(?: that)?
    allow(?:s|ed|ing)
    result(?:s|ed|ing)? in
    result(?:ed|s|ing)? from
    caus(?:es|ed|ing)
    because
    due to
    therefore
    thus
    hence
    as a (?:result|consequence)
    in consequence
    consequently
    (?:more|less) likely
    bound to
    mean(?:t|s|ing) that
    which (?:meant|means|made|allowed|let|lets|left|adds|caused|pushed|gave|gives|opened|led|is why|stopped|stops|burn\w*|in turn)
    (?:this|that) (?:meant|means|made|allowed|let|left|is why|opened|led|burns?|is where|stopped)
    contribut\w+
    enabl(?:ed|es|ing)
    trigger\w*
    gave rise
    gives rise
    prevent(?:s|ed|ing)
    thereby
    whereby
    since
    as (?:the|a|an|it|there|they|no|its|both|each|all)
    when
    and (?:then )?(?:the |that |this )?(?:\w+ ){1,4}(?:then|stopped|jammed|failed|stayed|fell|rose|blew|warmed|ran|opened|closed|tore|remained|dropped|passed|wetted|got|stay|were left|was left|turned|broke|went)
    had to
    would have
    made (?:it|the|them|fines|this|us)
    makes? (?:it|the|them|fines)
    until
    is why
    no longer
    where (?:it|the|they|this)
    of which
    with the effect
    effect
    explain(?:s|ed)
    accordingly
    once
    for want of
    owing to
    turned
    created
    produced
    introduced
    from which
    after which
    if
    then
    could (?:not|only|no longer)
    let
    lets
    left
    reproduc\w+
""")
    + r"|→|=>|->|, and (?:\S+ ){1,4}\w+ed\b"
)
_ANY_CAUSE = (
    any_of(r"""
    because
    since
    as (?:the|a|an|it|there|they|no|its|both)
    due to
    caused by
    owing to
    led to
    so(?: that)?
    thus
    hence
    therefore
    when(?! it should)
    whose
    who
    which
    after
    allow\w+
    by (?:swab|hand|the|means)
    shown
    not (?:wired|scanned|connected|locked|marked|labelled|stated|described|part)
    same
    identical
    alike
    unmarked
    can be
    could (?:not )?(?:only|be seen|be closed)
    disabled
    iced
    dead leg
    worn
    broken
    blocked
    cracked
    loose
    dry
    changed
    moved
    replaced
    printed
    stood still
    came off
    kept by
    two methods
    no (?:step|field|reader|alarm|check|scan|sensor|rule|instruction|name|one)
    has no
    have no
    had no(?! (?:access|second))
    does not
    do not
    missing from
    layout
    design
    template
    parameter
    setting
    supplier
    maintenance
    training
    SOP
    instruction
""")
    + r"|;"
)

_HEDGED = any_of(r"""
    (?:most |very |quite |highly )?probabl[ey]
    may(?: well)? (?:have|be)
    might(?: well)?(?: have| be)?
    possibly
    (?:it is|seems) possible
    possible (?:cause|reason|explanation|source)
    (?<!more )(?<!less )(?<!it )likely
    in all likelihood
    perhaps
    maybe
    could (?:well )?have
    seem(?:s|ed)?
    appear(?:s|ed)? to
    (?:we|i|is|are|they|lab|QA|team) suspect(?:ed|s)?
    suspicion
    presum\w+
    assum(?:e|es|ed|ption|ing)
    (?:we|i|they|team|lab|QA) (?:believe|think|guess|feel|reckon|suppose|figure|take)\w*
    to (?:our|my) (?:belief|mind|knowledge)
    guess
    potentially
    apparently
    supposedly
    conceivabl[ey]
    plausibl[ey]
    cannot be (?:ruled out|excluded)
    can(?:not|['’]t) (?:rule out|exclude)
    not be excluded
    impression
    looks (?:like|as if|to be)
    sounds like
    would fit
    would explain
    hints? at
    points? (?:towards|to something)
    suggests?
    expected to be
    i['’]d say
    more or less
    in our (?:view|opinion)
    it is thought
    thought to
    believed to
    speculat\w+
    one explanation
    somehow
    something (?:must|like)
    must have
    no other explanation
    not (?:fully |entirely |really )?(?:sure|certain|proven)
    unproven
""")
_SETTLED = any_of(r"""
    ruled out
    eliminated
    discounted
    (?:will be|is to be|are to be|to be) (?:checked|tested|opened|measured|inspected|verified|examined)
    showed
    shows
    in fact
    however
    log (?:has|shows|proves)
    ruled out
    excluded(?! that)
    (?:was|is|has been|were) (?:confirmed|proven|shown|reproduced)
    confirmed
    prove[sdn]?
    reproduc\w+
    (?:we|was|were) tested
    test (?:of|on|planned|decides)
    lab trials
    check planned
    planned for
    we compared
    decides
    turned out
    what had appeared
    tick box
    reproduced
    swab
    dropped if
    m(?:ade|akes?|aking) (?:[\w-]+ ){1,5}likely
    at first
    initial(?:ly)?
    first suspected
""")

_EVIDENCE = (
    any_of(r"""
    saw
    seen
    scratch\w*
    marks?
    residues?
    noted
    footage
    curve
    e-?mails?
    list
    signed
    signature
    stamps?
    counter
    display(?:s|ed)?
    copy
    index
    serial number
    witnessed
    found (?:on|in|at|by|under|during)
    lab(?:oratory)? (?:found|reports?|confirmed)
    certificate\w*
    gave \d
    \d+ (?:of|out of) \d+
    \d{1,2}:\d\d
    pages? \S*\d
    order \d+
    (?:batch |maintenance |training |event |door |access |usage |grid |vehicle |lab )?(?:log|logs|logbooks?|log ?files?)
    records?
    print-?outs?
    (?:as|is|was|were|are) (?:plotted|printed|documented|recorded|logged|photographed|described|stated|measured|seen|found)
    charts?
    trends?
    graph
    tests?
    tested
    interview\w*
    measur\w+
    gauge \d
    data
    photo\w*
    pictures?
    images?
    video
    cctv
    camera (?:image|footage|recording|picture|shows)s?
    (?:gate|security) camera
    by the camera
    reports?
    audit trail
    calibrat\w+
    chromatogram\w*
    spectr\w+
    inspect\w+
    teardown
    endoscop\w*
    swabs?
    opened
    on opening
    review(?:ed|s)?
    analys(?:is|ed|es)
    confirm\w*
    show(?:s|n|ed|ing)
    reveal\w*
    prove[sdn]?
    proof
    evidence
    evident
    verif\w+
    reproduc\w+
    state[sd]
    said
    told
    described
    explained (?:that|in)
    asked
    spoke
    examin\w+
    annex
    appendix
    attach\w+
    tickets?
    (?:work order|WO|CC|DEV|CAPA|OOS)-?\d\S*
    certificates?
    readings?
    sample (?:gave|showed)
    samples? \d
    retained
    roster
    shift book
    page \d+
    entry
    screenshots?
    observed
    checked
    counted
    weighed
    simulat\w+
    trial
    isolates?
    microscop\w+
    statement
    stored
    alarm list
    witness\w*
    demonstrat\w+
    on \d of
    compared
""")
    + r"|\d+(?:[.,]\d+)? ?(?:mm/s|mm|rpm|nm|cfu|ppm|mg|°c|%|bar|m?pa)\b"
)

_ALTERNATIVES = any_of(r"""
    not
    no
    none
    never
    nothing
    cannot
    n['’]t
    unchanged
    normal
    fine
    passed
    within
    differ\w*
    against
    rather than
    instead of
    except
    whereas
    only
    other
    ruled out
    rule out
    exclu(?:ded?|sion|ding)
    considered
    other (?:possible |potential |likely )?(?:causes?|sources?|explanations?|factors?|candidates?|branches|hypotheses)
    alternativ\w+
    eliminat\w+
    not the (?:cause|reason|source)
    also (?:looked|checked|tested|reviewed|examined)
    (?:were|was) checked too
    too, so
    unlikely
    discount\w+
    reject(?:ed|s) (?:as|since|because)
    no evidence (?:of|for|that)
    hypothes\w+
    candidates?
    neither
    nor
    is ?/ ?is not
    only (?:with|for|line|after|difference|the|came|when|one)
    in (?:good )?order(?! to)
    no fault
    without (?:finding|fault)
    dropped
    weighed
    looked at
    varied
    one at a time
    branch(?:es)?
    given up
    first (?:believed|thought|suspected|assumed)
    suspected
    could (?:also )?(?:come|have come|be) from
    instead of the
    compar(?:ed|ison|ing)
    (?:is|was|are|were) out\b
    cannot explain
    can['’]t explain
    can explain
    does not explain
    do not explain
    what remains
    only \S+ remains
    is left
    would have (?:stopped|shown|been|affected|come)
    difference to
    differs? from
    alone
    possible causes
    not (?:due|caused|related|linked)
    had no (?:effect|influence|finding)
    fault tree
    5 ?-?why\w*
    speaks? against
    ishikawa
    covered in
    checked and
    were (?:as|within|ok|right|good|new)
    was (?:as usual|within|ok|right|steady|normal)
""")

_HISTORY = any_of(r"""
    (?:in|since|until|from|to|before|during|of) (?:\w+ )?(?:19|20)\d\d
    \d+ (?:years?|months?|weeks|yrs)
    (?:one|two|three|four|five|six|twelve) (?:years?|months?)
    again
    second time
    third time
    twice
    three times
    (?:OOS|CAPA|NCR|TD|INC|QE|CMP|DEV)-?\d\S*
    (?:other|sister) (?:lines?|sites?|instruments?|rooms?|batches|lots|plants?)
    (?:no|\d+|one|two|three|several) (?:other|previous|earlier|like|such)
    records? of
    none (?:in|of|since|before)
    never (?:seen|occurred|been)
    not (?:occurred|happened|been seen)
    already (?:in|happened|seen|occurred)
    previous(?:ly)?
    earlier(?! than)
    former (?:deviation|event|capa|case)s?
    trend\w*
    recur\w*
    repeat(?:ed|s)?
    histor\w*
    in the (?:last|past) \w+
    (?:last|past) (?:\w+ )?(?:\d+|two|three|four|five|six|ten|twelve|eighteen|twenty-four) (?:\w+ )?(?:months?|years?|weeks?|yrs?|batches|lots|runs|pulls|fills)
    over (?:the )?(?:\d+|two|three|five|six|twelve|eighteen) (?:months?|years?)
    (?:no|any|one|two|three|four|five|\d+) (?:\w+ )?(?:similar|comparable|earlier|other|prior|same) (?:\w+ )?(?:case|event|deviation|finding|complaint|hit|record|entry)\w*
    similar (?:event|case|deviation|complaint)s?(?: were| was| found| in)
    prior
    before (?:in|this, in)? ?20\d\d
    since (?:\w+ )?20\d\d
    in 20\d\d
    DEV-\d\S*
    back (?:to|at|over)
    looking back
    looked (?:up|back)
    search(?:ed)?
    query
    queried
    database
    times (?:since|in|between)
    occasions?
    occurred (?:once|twice|before|in 20|\d)
    happened (?:once|twice|before|in)
    not seen before
    seen before
    never (?:before|happened)
    first (?:case|event|occurrence) (?:in|since|within|of)
    every spring
    every (?:year|summer|winter|month)
    each (?:year|summer|winter|after)
    same (?:bug|fault|failure|defect|problem|event|cause)
    complaints? (?:files?|histor\w*|and supplier)
    quality alert
    of the last
    review of (?:all|the)
    lookback
    look-back
""")

_DUTY = any_of(r"""
    (?:failed|omitted|neglected|forgot|missed) to (?:\w+ )?(?:check|notif|verif|inform|tell|report|escalat|inspect|monitor|review|hand|call|stop|sign|rais|respond|react|challeng|watch|look|read|ask|record|compare|alert|confirm|warn|communicat|control|observe|supervis|pass|flag|document|measure)\w*
    (?:did|has|had|was|were) ?n['’]?o?t (?:\w+ )?(?:check|notif|verif|inform|told|tell|report|escalat|inspect|monitor|review|hand|call|stop|sign|rais|respond|react|challeng|watch|look|ask|compare|alert|confirm|warn|communicat|control|supervis|pass|flag|do)\w*
    should(?:['’]ve| have) (?:\w+ )?(?:been )?(?:check|notif|verif|inform|told|report|escalat|inspect|monitor|review|hand|call|stopp|sign|rais|respond|react|challeng|watch|look|ask|compar|alert|confirm|warn|communicat|seen|notic|spotted|caught|flag|read|known|pass|intervene|step|come|made|sent|taken|document|record|double)\w*
    (?:nobody|no one|no-one|none of|neither) (?:\w+ ){0,4}(?:check|notif|verif|inform|told|report|escalat|inspect|monitor|review|call|stopp|sign|rais|respond|react|challeng|watch|look|ask|compar|alert|confirm|warn|notic|felt|took|came|intervened)\w*
    (?:was|were|is|are) supposed to
    (?:was|were) expected (?:to|of)
    ought to have
    would have been the \w+['’s]* (?:\w+ )?(?:job|task|duty|role)
    (?:job|task|duty|responsibility) (?:of (?:the |an? )?{PEOPLE}|to)
    never (?:check|inform|told|report|notif|ask|look|call|verif|react)\w*
    (?:not|never) (?:being |been )?(?:informed|notified|told|checked|verified|reported|escalated|reviewed)
    without (?:informing|notifying|telling|checking|verifying|asking|reporting)
    unnoticed by
    let (?:it|the \w+) (?:pass|go)
    no(?:body)? reaction
    turned a blind eye
    missed (?:it|the)
""")
_WRITTEN = any_of(r"""
    dut(?:y|ies)
    responsib\w+
    contract
    agreement
    rota
    roster\w*
    manual
    policy
    check ?list
    matrix
    schedule
    (?:no one|nobody|none) was (?:assigned|named|rostered|told)
    named (?:in|as)
    lies with
    owner
    in charge
    annex
    rev \d+
    sop\S*
    procedures?
    (?:work )?instructions?
    step \d\S*
    section \d\S*
    chapter \d\S*
    job description
    JD-\d+
    per
    (?:is|was|are|were) (?:required|assigned|rostered|named|described|defined|listed|written)
    required by
    described
    assigned
    written (?:down|in|as)
    form \S*\d
    mbr
    bmr
    (?:MI|TM|WI|QC|PK|WH|F|WTR|MIC)-\S*\d
    protocol
    duty list
    not mention\w*
    mentions?
    relay
""")


def _duty(prose: Prose, _: Known) -> str | None:
    """Something was not done by somebody, and nothing says that it was theirs to do."""
    return prose.said(_DUTY) if prose.has(rf"\b{PEOPLE}\b") and not prose.has(_WRITTEN) else None


def _restates(prose: Prose, known: Known) -> str | None:
    """It is about the same things in a short sentence, with nothing new to measure and nothing that says why."""
    if not known.description or prose.has(_ANY_CAUSE) or len(prose.text.split()) > _LONGEST_RESTATED:
        return None
    numbers = set(_NUMBER.findall(prose.text)) - set(_NUMBER.findall(known.description))
    return None if numbers or not prose.stems & stems(known.description) else ""


ROOT_CAUSE = (
    TextCheck(
        "human_terminal",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "You reached “{quote}”. What came before it: the task, the layout, the instruction, the timing?",
        said_without(_HUMAN, _CONDITION),
    ),
    TextCheck(
        "procedure_terminal",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "“{quote}”: why did doing it differently make sense at that moment?",
        said_without(_DEPARTED, _REASON),
    ),
    TextCheck(
        "negative_descriptor",
        Kind.ROOT_CAUSE,
        Tier.WORDS,
        "“{quote}” can mean many things. What exactly was missing or different?",
        said(_NEGATIVE, unless=_EXACTLY),
    ),
    TextCheck(
        "no_causal_link",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "Could you finish this: (what was present) led to (what changed), which made (the event) more likely?",
        left_out(CAUSAL),
    ),
    TextCheck(
        "restates_problem",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "This says the problem again in other words. What stands behind it?",
        _restates,
    ),
    TextCheck(
        "hedged_cause",
        Kind.ROOT_CAUSE,
        Tier.WORDS,
        "“{quote}”: what would you check to make it more, or less, likely?",
        said_without(_HEDGED, _SETTLED),
    ),
    TextCheck(
        "no_evidence",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "Which record, measurement or conversation points to this?",
        left_out(_EVIDENCE),
    ),
    TextCheck(
        "no_alternatives",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "What else did you consider, and what speaks against it?",
        left_out(_ALTERNATIVES),
    ),
    TextCheck(
        "no_history",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "Has something like it happened before, and how far back did you look?",
        left_out(_HISTORY),
        skipped_by=Held.HISTORY,
    ),
    TextCheck(
        "duty_to_act",
        Kind.ROOT_CAUSE,
        Tier.FACTS,
        "“{quote}”: was that step written down as theirs to do? Where?",
        _duty,
    ),
)
