"""The checks on an action: whether it changes something, and whether it could be seen to."""

from __future__ import annotations

from playbooks.coaching.finding import Kind, Known, TextCheck, Tier, said, said_without
from playbooks.coaching.prose import Prose, any_of, pattern, stems

_TRAINING = any_of(r"""
    (?:re-?)?train(?:ed|ing|ings|s)?
    remind(?:s|ed|er|ers|ing)?
    refresher\w*
    coach(?:ed|ing)?
    tool ?box
    awareness
    sensiti[sz]\w+
    read[- ]and[- ](?:understand|sign)\w*
    reads? the (?:method|sop|procedure|instruction)\w*
    communicat(?:e|ed|ion) (?:to|the|with|of)
    brief(?:ed|ing|ings)?
    counsel\w*
    (?:re-?)?instruct(?:ed|ing|s)?
    talk(?: to| with|s)?
    discuss\w*
    e-?mail (?:to|all|the|staff|everyone)
    memo
    re-?educat\w+
    lessons?(?: learned)?
    poster
    e-?learning
    (?:make|made|making) (?:staff|people|operators|all|everyone|them|the \w+) aware
    go(?:es)? through the
    point(?:ed)? out
    refresh\w*
    knowledge
    share[ds]? (?:the )?(?:event|case|lesson|finding)\w*
    explain\w*
    workshop
    qualification test
    inform (?:all|the|staff|operators|everyone)
    teach\w*
    mentor\w*
    (?:awareness|poster|information) campaign
    team meeting
    presentation
    notice board
    quiz
    stress the
    be more careful
    re-?qualif\w+
    seminar
    (?:training|awareness|information|info|team|shift) (?:session|meeting|course)s?
""")
_BUILT = any_of(r"""
    electronic\w*
    automatic\w*
    physical\w*
    enclos\w+
    pipe
    hose
    layout
    alarm
    set point
    setpoint
    supplier
    install\w*
    fit
    fits
    fitted
    replac\w+
    interlock\w*
    bar-?cod\w+
    scanner\w*
    redesign\w*
    modif\w+
    automat\w+
    configur\w+
    lock(?:s|ed|ing)?
    block(?:s|ed)?
    guard\w*
    fixture
    stop pin
    separat\w+
    split
    remov\w+
    buy
    purchas\w*
    revis\w+
    updat\w+
    amend\w*
    chang(?:e|es|ed|ing)(?! control)
    shorten\w*
    programm?\w*
    reduc\w+
    rout(?:e|ed)
    relocat\w+
    mov(?:e|es|ed|ing)
    add(?:ed|s|ing)?
    introduc\w+
    eliminat\w+
    colou?r-?cod\w*
    gauge
    new (?:\w+ ){0,3}(?:valve|sensor|form|label|camera|check ?list|template|alarm|software|card|field|tool|kit|printer|hardware)
    (?:system|software|screen|form|check ?list|MES|ERP|LIMS) (?:will|shall|is|now|gets|asks?|refuses?|that|shows?|accepts?)
    (?:MES|ERP|LIMS|system) (?:show|refuse|accept|ask|stop)
    set to
    alarm (?:that|at|which)
    forced
    mandatory field
    hard stop
""")

_WEAK = any_of(r"""
    ensur(?:e|es|ed|ing)
    make sure
    (?:to )?be (?:more )?(?:careful|attentive|vigilant|aware|diligent|mindful)
    more (?:careful(?:ly)?|attention|closely|care|often|focus|diligent\w*)
    (?:pay|paying|paid) (?:\w+ )?attention
    take[sn]? (?:\w+ )?care
    reinforc\w+
    rais(?:e|es|ing) (?:\w+ )?awareness
    awareness
    encourag\w+
    emphasi[sz]\w+
    improv(?:e|es|ed|ing|ement)
    strengthen\w*
    enhanc\w+
    monitor(?:s|ed|ing)?
    promot(?:e|es|ing)
    stress(?:es)? (?:the|that)
    focus(?:es)? on
    try
    tries
    attempt
    optimi[sz]\w+
    better
    support(?:s|ed|ing)?
    striv\w+
    endeavou?r\w*
    vigilan\w+
    diligen\w+
    consider\w*
    highlight\w*
    foster\w*
    remind\w*
    evaluat\w+
    assess\w*
    look into
    think about
    discuss\w*
    aim(?:s)? to
    as far as possible
    where (?:necessary|possible|needed|appropriate)
    if (?:possible|needed|necessary)
    keep an eye
    watch (?:out|more)
    harmoni[sz]\w+
    intensif\w+
    step up
    tighten\w*
    double-?check
    work on
    address
    review(?:s|ed)? (?:the|our|all|and|if|whether)
    maintain
    respect
    good practice
    culture
    mindset
    commitment
    stay alert
    sensiti[sz]\w+
    cultivat\w+
    facilitat\w+
    streamlin\w+
    boost\w*
    explor\w+
    investigat\w+ (?:options|possibilities|ways)
    keep \w+ (?:clean|tidy|in mind)
    uphold
    adhere
    follow the (?:sop|procedure|rules)
    remember
""")
_SEEN = (
    r"\bby (?:add|install|plac|mov|replac|fit|us|chang|remov|lock|print|paint|program|set|limit|introduc|writ|attach|mean|split|separat)\w*"
    r"|:\s*\w|\b\d+(?:[.,]\d+)? ?(?!jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|20\d\d)(?:%|°|[a-z]{1,3}\d*\b|\w+s\b|[a-z-]{4,})"
    r"|\b(?:checklist|form|drawing|relay|bracket|plate|interlock|barcode|scanner|signed|steel|valve|ticket)\b"
)

_CORRECTED = (
    r"\b(?:was|were|is|has been|have been|are|will be|to be|gets?|got)? ?(?:immediately |already |then )?"
    + any_of(r"""
    replaced
    re-?cleaned
    corrected
    re-?labell?ed
    re-?packed
    re-?worked
    re-?sampled
    re-?calibrated
    re-?inspected
    re-?printed
    re-?set
    repaired
    destroyed
    discarded
    scrapped
    rejected
    quarantined
    mopped
    restored
    refilled
    restarted
    adjusted
    repeated
    sorted
    (?:added|entered) as (?:a )?late entry
    counted again
    put back
    blocked
    archived
    tightened
    exchanged
    segregated
    topped up
    returned
    recalled
    sanitised
    sanitized
    reject (?:the|all|affected)
    rework (?:the|all|affected)
    clean (?:and|the|room|point)
    re-?clean
    re-?calibrate
    calibrate (?!all)
    re-?sample
    re-?label
    re-?pack
    re-?inspect
    repair (?:the|of)
    replace (?:the )?(?:broken|faulty|defective|damaged|affected|worn|failed|leaking)
    destroy
    scrap
    discard
    quarantine
    correct (?:the|page|entry|record)
    complete the (?:missing|record|entry)
    inspect the remainder
    100 % inspection
    late entry
    fix the
    reset
""")
)
_NEXT = any_of(r"""
    prevent\w*
    so that
    in (?:the )?future
    all (?:\d+|other|similar|skid|of|instruments|lines|freezers|machines|sites|rooms)
    every
    each
    to (?:the )?(?:next|stop)
    next one
    periodic\w*
    quarterly
    monthly
    yearly
    weekly
    annual\w*
    regular\w*
    install\w*
    interlock\w*
    sop\w*
    procedure
    mbr
    version
    design
    redesign\w*
    strategy
    frequency
    agreement
    supplier
    maintenance (?:system|plan|schedule)
    plan
    stock
    automat\w+
    interface
    template
    server
    configuration
    not just
    other (?:lines|rooms|lots|batches|instruments|machines)
    likewise
    instead of
    rather than
    from (?:\w+ )?to
    self-closing
    by (?:shortening|adding|removing|installing|replacing|moving)
    permanent\w*
    change (?:control|\d+)
    \S+ type
    to be \w+ before
    with a
    before each
""")

_DOCUMENT = (
    r"(?:sop|wi|work instruction|instruction|procedure|method|batch record|mbr|bmr|protocol|guideline|policy|manual|checklist"
    r"|form|template|specification|chapter|section|document|description|standard|work sheet|worksheet|logbook|master record|guidance)"
)
_REWRITE = (
    r"\b(?:updat\w*|revis\w*|amend\w*|rewrit\w*|rewrot\w*|rework\w*|modif\w*|review\w*|clarif\w*|improv\w*|adapt\w*|change|changed|adjust\w*|establish\w*"
    rf"|creat\w*|issu\w*|draft\w*|prepar\w*|introduc\w*|writ\w*|add more|expand\w*|extend\w*|make|align\w*|develop\w*|optimi[sz]\w*|new version of)\b[^.;:]{{0,50}}?\b{_DOCUMENT}s?\b"
    rf"|\b{_DOCUMENT}s?\b[^.;:]{{0,50}}?\b(?:will be|to be|is|are|gets?|shall be|is to be|must be|needs to be|should be) (?:\w+ )?(?:updat|revis|amend|rewrit|rewor|modif|review"
    r"|clarif|improv|adapt|chang|adjust|establish|creat|issu|made (?:clear|more|easier|better)|extend|expand|more detailed|more precise|optimi)\w*"
    rf"|\b(?:update|revision|change|rework|review|amendment|new (?:version|edition)|improvement|adaptation)s? (?:of|to|in|for) (?:\S+ ){{0,3}}{_DOCUMENT}s?\b"
    rf"|\b{_DOCUMENT}s?(?: [A-Z]+-?\d\S*)? (?:update|revision|change|rework|review|amendment)s?\b|\bnew {_DOCUMENT}\b"
    rf"|\b(?:include|describe|put|mention|incorporate|reflect|anchor|specify|stress|emphasi[sz]e|highlight|insert)\w* (?:\S+ ){{0,6}}(?:in|into|to) (?:\S+ ){{0,2}}{_DOCUMENT}s?\b"
)
_SAYS_WHAT = (
    r"(?<!owner)(?<!due)(?<!date)(?<!responsible):\s*\S|\b(?:so that|such that|in that|to (?:state|require|include|specif|describe|show|demand|define that|say|name|read)\w*"
    r"|requir(?:es|ing)|stating|adding|by adding|includ(?:es|ing)|with an? \w+|gets? (?:a|an)\b|mandatory|will contain|is replaced by|replaced by|from \S+(?: \w+)? to"
    r"|after each|minutes?|seconds|signs|photo|step \d|entered|stays as it is|scrapped|withdraw|watermark|room)\b|['‘“\"]|\d ?(?:min|s|h|°|%|mg|ml|g|c|mm|bar)\b"
)

_VERB = (
    r"(?:train|re-?train|install|replace|revise|update|amend|buy|purchase|set up|perform|perform[s]?|audit|introduce|implement|order|qualif|retest|relocat|move|clean"
    r"|repair|add|change|create|write|check|inspect|remind|brief|review|calibrat|program|label|relabel|reduc|increas|narrow|define|establish|inform|communicat|redo"
    r"|develop|modif|fit|remov|automat|separat|reorgani[sz]|assign|schedule|shorten|extend|provid|hire|paint|mark|conduct|carry out|launch|start|organi[sz]e|monitor|investigat|evaluat)"
)
_TWO = (
    rf"\b(?:and|plus|then|also|&|besides which|as well as|furthermore|in addition|additionally|moreover|secondly|on top)\b,? (?:also |to |then |will |the |a |an |we |QA |QC |IT |engineering |all )*{_VERB}\w*\b(?! it\b)(?! them\b)"
    r"|\b(?:furthermore|in addition|additionally|moreover|as well as|besides|on top of (?:this|that)|secondly|in parallel|at the same time|also,)\b"
    rf"|;\s*(?:\w+ ){{0,3}}(?:to |will |is |are )?{_VERB}\w*\b|\.\s+(?:\w+ ){{0,3}}{_VERB}\w*\b.*"
    rf"|\S \+ \S|,\s*(?:to )?{_VERB}\w* [^,.]{{3,40}}, (?:and )?(?:to )?{_VERB}\w*\b|\b[12]\)|\b[ab]\)"
)
_ONE = (
    r"\b(?:and (?:qualif|tighten|issue|approv|verif|mount|release|make it|correct|validat|test|commission|document|sign|shorten)\w*|train (?:of|samples)|same work order|only if"
    r"|as part of|correcting)\b"
)


def _two(prose: Prose, _: Known) -> str | None:
    """A second thing to do, that somebody else could do on another day; not the next step of the same one."""
    for match in prose.matches(_TWO):
        before, after = prose.around(match)
        if not pattern(_ONE).search(before + match[0] + after):
            return " ".join(match[0].split(" ")[:6]).strip(" .;,")
    return None


def _linked(prose: Prose, known: Known) -> str | None:
    """No word of it has anything to do with the cause."""
    return "" if known.root_cause and not prose.stems & stems(known.root_cause) else None


ACTION = (
    TextCheck(
        "training_only",
        Kind.ACTION,
        Tier.FACTS,
        "“{quote}”: if everyone trained perfectly forgets in six months, what would still prevent it?",
        said_without(_TRAINING, _BUILT),
    ),
    TextCheck(
        "weak_verb",
        Kind.ACTION,
        Tier.WORDS,
        "“{quote}” is hard to see being done. What will be different, and how would an auditor see it?",
        said(_WEAK, unless=_SEEN, even_denied=True),
    ),
    TextCheck(
        "correction_not_ca",
        Kind.ACTION,
        Tier.FACTS,
        "“{quote}”: that puts this one right. What stops the next one?",
        said_without(_CORRECTED, _NEXT),
    ),
    TextCheck(
        "sop_change_unsaid",
        Kind.ACTION,
        Tier.FACTS,
        "“{quote}”: what will the new wording make someone do differently?",
        said_without(_REWRITE, _SAYS_WHAT),
    ),
    TextCheck(
        "two_in_one",
        Kind.ACTION,
        Tier.WORDS,
        "“{quote}”: there may be two actions here. Would separate owners and dates help?",
        _two,
    ),
    TextCheck(
        "action_not_linked",
        Kind.ACTION,
        Tier.FACTS,
        "Which part of the cause does this act on?",
        _linked,
    ),
)
