"""The checks on a laboratory's note about a result outside its limit or its trend."""

from __future__ import annotations

from playbooks.coaching.finding import Kind, Known, TextCheck, Tier, said_without
from playbooks.coaching.prose import Prose, any_of, pattern

_AVERAGE = any_of(r"""
    averag(?:e|es|ed|ing)
    mean(?! (?:flow|kinetic))
    mid-?point
    combin(?:e|ed|ing|ation)
    pool(?:ed|ing)?
    taken together
    taking (?:\w+ )?together
    together gives?
    on the whole
    overall (?:figure|result|value)
    median
    arithmetic
    sum of both
    merged
    blended value
    in total
    altogether
    average out
    split the difference
    (?:first|both|two|all) (?:and \w+ )?(?:results|values|preps?) (?:together|combined|averaged)
""")
_PASSES = any_of(r"""
    pass(?:es|ed|ing)?
    compl(?:ies|iant|y|ied|ying)
    meets?
    within
    inside
    in spec\w*
    acceptable
    accepted
    accept
    conform\w*
    fine
    ok
    okay
    closed
    reported on
    no problem
    good
    spec(?:ification)?
    nmt
    nlt
    limit
    reported
    certificate
    satisf\w+
    fulfil\w*
    release[ds]?
    range
""")
_PRESCRIBED = any_of(r"""
    method
    sop\S*
    monograph
    chapter
    section
    usp
    ph\.? ?eur
    historical\w*
    this year
    individual
    each (?:value|result|single|prep|unit|of the)
    standard
    blank
    oos (?:was (?:reported|opened|raised)|is (?:reported|open)|remains|reported|opened)
    supervisor
    both values are
    separately
    not (?:allowed|permitted|done|reported|averaged|be averaged|to be averaged|acceptable)
    never averaged
    defines? (?:the )?(?:reportable )?(?:result)?
    as the (?:method|monograph|pharmacop\w+|sop) (?:says|prescribes|requires|states|demands)
    per the (?:method|monograph|dissolution chapter)
    method (?:says|prescribes|requires|states)
    monograph (?:says|prescribes|requires|states|prescribed)
    pharmacop\w+
    prescrib\w+
    reported separately
    reported singly
    (?:each|every|all) (?:lies|single|of the)? ?(?:\w+ )?within
    singles? (?:results )?(?:were|are|reported|all)
    average (?:mass|flow|weight of)
    standard response
    rsd of
    refus\w+
    out of specification
    oos (?:stands|of|reported)
    is oos
    lots of this year
    kinetic
    stage
    s2
    l2
    invalid under
    validity criteria
    plan allows
    qa decides
    chamber
    information only
    the method['’]s
    tm-\d+ section
    section \d
    original \S+ is shown
    stands
""")

_INVALIDATED = any_of(r"""
    does not count
    (?:is|was|are|were) not counted
    taken out
    erased
    not entered
    superseded
    overruled
    only the (?:second|new|retest|repeat|passing)
    first (?:value|result|injection|run|one) (?:is|was) (?:a |an )?(?:slip|mistake|error|wrong|odd|off)
    blamed on
    put down to
    (?:analyst|lab|laboratory|handling|operator) error
    (?:not|never) (?:be )?(?:used|considered|trusted|believed)
    replaced (?:by|with) the
    swapped for
    cancelled
    annulled
    scrapped
    dismissed
    invalid(?:ated|ate|ating|ation)?(?! pin)(?! password)(?! user)
    not valid
    in-?valid
    void(?:ed)?
    disregard\w*
    discarded
    reject(?:ed)? as
    (?:result|value|first|original|initial)(?: \w+){0,3} (?:was |is |were |has been )?(?:rejected|ignored|deleted|dropped|excluded|removed|cancelled|withdrawn|overwritten|replaced|discounted|neglected|crossed out|set aside|thrown out|struck)
    set aside
    thrown out
    outlier
    not (?:considered |regarded as |deemed |seen as )?(?:representative|reliable|plausible|credible|trustworthy|real|true)
    (?:regarded|considered|deemed|treated|classified|seen) as (?:an? )?(?:lab(?:oratory)?|analytical|analyst|preparation|sampling) error
    (?:lab(?:oratory)?|analytical|analyst|preparation|sampling|handling|pipetting|weighing|injection) error (?:is |was )?(?:assumed|suspected|presumed|likely|probable)
    (?:assum\w+|presum\w+|probably|must have been|likely)(?: \w+){0,3} (?:lab(?:oratory)?|analytical|analyst|preparation|sampling|dilution|pipetting) (?:error|mistake|issue)
    not (?:be )?reported
    (?:not|no longer) (?:used|counted|taken into account|part of)
    (?:passing|new|second|repeat|retest|good) (?:value|result)(?: \w+){0,4} (?:entered|used|taken|reported|replaces|counts|stands)
    nullif\w+
    not count(?:ed)?
    left out
    closed (?:at|in) phase 1
    ignored
    artefact
    artifact
    fluke
    wrong because the (?:repeat|retest)
    cannot be (?:right|true|real|correct)
    withdrawn
""")
_ASSIGNED = any_of(r"""
    not (?:be |been )?(?:discard|invalidat|ignor|reject)\w*
    remains? (?:valid|part|in)
    signed
    recorded
    ticket
    deviation \S*\d
    calibrat\w+
    control (?:failed|was)
    under investigation
    not been proven
    wrong (?:reagent|lot|sample|path|program|buffer|filter)
    \d{1,2}:\d\d
    (?:balance )?print-?out
    photo
    log
    logs
    logbook
    system suitability
    sst
    cracked
    leak\w*
    air bubble
    wrong (?:column|dilution|weight|wavelength|standard|flask|factor|buffer|solvent|pipette|method|volume)
    (?:past|after) its expiry
    expired
    dripped
    spill\w*
    spilt
    tailing
    negative control
    positive control
    per (?:tm|mic|sop)-?\S+
    by mic-\S+
    serial number
    noted (?:by|in real time)
    recorded at
    documented
    evident
    pressure (?:log|drop|trace|fell|curve)
    stays valid
    not been excluded
    no assignable cause
    reportable value
    declined
    information only
    gravimetric
    on this ground
    approved by qa
    assignable
    confirmed (?:by|error|in)
    incubator
    miscalculat\w+
    transcription
    entered in the calculation
    investigation was extended
    audit trail
    re-assay
    weigh(?:ing)? (?:ticket|slip|paper)
    chromatogram
    does(?:n['’]t| not) prove
    pin was
    integration (?:error|was)
    broken
    stands
    remains? (?:valid|on record)
    power (?:cut|failure)
    not (?:been |be )?invalidated
""")

_THROWN = any_of(r"""
    discard(?:ed|ing|s)?
    throw(?:n|s|ing)? (?:away|out|it|them)
    threw
    pour(?:ed|ing)? (?:away|out|off|down|into)
    dispos(?:e|ed|ing|al)(?: of)?
    dump(?:ed|ing)?
    empt(?:y|ied|ying)(?! tank)
    wash(?:ed|ing)?(?: up| out)?
    rins(?:ed|ing)(?: out)?
    binn?(?:ed|ing)?
    tipp(?:ed|ing)
    drained
    flush(?:ed)?(?: away| down)
    destroyed
    clear(?:ed|ing)?(?: up| away| out| the (?:bench|autosampler|rack|hood))
    clean(?:ed|ing)? (?:up|away|out)
    (?:the )?bench was cleared
    clear the
    went (?:down|into) the (?:sink|drain|bin|waste)
    (?:down|into) the (?:sink|drain|waste|bin)
    solvent waste
    not (?:been )?(?:kept|retained|saved|stored)
    (?:no|not|nothing) (?:\w+ ){0,2}(?:left|available|remaining|remains)(?: any more| anymore| any longer)?
    no longer (?:available|exist\w*|there|in the lab)
    autoclaved
    gone
    re-?used the (?:flask|vial)s?
    used up
    decontaminated
    chucked
    got rid of
    incinerat\w+
    shredded
""")
_PREPARATION = any_of(r"""
    solutions?
    samples?
    vials?
    prep(?:aration)?s?
    flasks?
    standards?
    aliquots?
    filtrates?
    plates?
    tubes?
    dilutions?
    glass ?ware
    remains
    remainder
    rest
    leftovers?
    stock
    bench
    autosampler
    weighing (?:boat|paper|bottle)s?
    cuvettes?
    syringes?
    extracts?
    mobile phase
    beakers?
    everything
    all of it
    it
    them
    residue
    tablets
    columns?
    bottles?
    containers?
    broth
    media
    isolates?
""")
_KEPT = any_of(r"""
    still (?:available|there|in the|left|stands?|exists?|intact)
    saved
    frozen
    sealed
    secured
    locked
    quarantine\w*
    not (?:yet )?(?:been )?(?:discarded|thrown|poured|emptied|disposed|washed)
    first \d+ ?ml
    needle wash
    after (?:the )?(?:oos|case|investigation)(?: \S+)? (?:was |is )?closed
    expired
    (?:is|are|was|were|been|be) (?:still )?(?:kept|retained|stored|saved|set aside|labelled)
    (?<!not )(?<!not been )(?<!n['’]t )(?<!n['’]t been )(?<!nothing was )kept
    keep
    (?<!not )(?<!not been )retained(?! sample)
    stored
    have not been
    has not been
    had not been
    not been thrown
    re-?injected
    re-?diluted
    photographed
    with (?:the )?approval
    forbids?
    before touching
    no sample had been prepared
    sst failed
    solution to
    a week before
    as they were
    searched
    until (?:qa|the|phase)
    after (?:the )?(?:investigation|qa|approval|closure)
    waste bin of
    in bag
    do not discard
    must not be
""")

_AGAIN = any_of(r"""
    re-?test(?:s|ed|ing)?(?! date)(?! interval)(?! period)
    re-?inject(?:ed|ion|ions|ing|s)?
    repeat(?:ed|ing|s)?(?: analysis| test| assay)?
    re-?r[au]n(?:s|ning)?
    re-?analy[sz]\w*
    re-?measur\w+
    re-?prepar\w+
    re-?assay\w*
    re-?sampl\w+
    (?:tested|measured|run|ran|sampled|injected|weighed|analysed|analyzed|prepared|titrated|plated|counted) (?:it |them |the sample )?(?:again|once more|a second time|another|anew|over|twice more|afresh|one more)
    (?:was|were) (?:tested|measured|run|sampled|injected|weighed|analysed|analyzed|prepared) again
    run it (?:once more|again)
    do it again
    did it again
    once more
    another (?:three|two|time|run|prep\w*|injection|vial|sample|test|aliquot|weighing)
    (?:new|fresh|second|further|additional|more) (?:sample|preparation|prep|preps|vial|injection|weighing|test|aliquot|plates?|analysis|measurement|runs?|set|flask|replicates?|dilution)
    two more (?:preps?|injections?|tests?|samples?|runs?)
    additional tests?
    what a new sample
    second analyst
""")
_AGREED = any_of(r"""
    (?:supervisor|qa|lab head|manager) (?:agreed|signed|stopped|refused|decided|requested|ordered|asked for it)
    with (?:qa|the supervisor)
    test plan
    investigation plan
    not yet
    pending
    will be (?:decided|agreed|planned|tested)
    would
    prescrib\w+
    requires?
    calibrat\w+
    no (?:re-?test|repeat|new|second|further)
    waits?
    waiting for
    nothing (?:is|was|will be)
    refus\w+
    before any
    as per
    described in
    (?<!not )(?<!orally )(?<!verbally )(?<!nothing was )agreed(?! (?:orally|verbally|on the phone|by phone))
    (?<!without )(?<!without written )(?<!without prior )(?<!without qa )(?<!no )(?<!not )(?<!not yet )approv\w+
    (?<!without )(?<!no )(?<!not )authori[sz]\w+
    signed by
    signed on
    plan(?:ned)? (?:rp|signed|was)
    retest plan
    protocol
    hypothes[ie]s
    (?<!not )(?<!nothing )in writing
    e-?mail
    no retest
    nothing has been
    not (?:a|been) (?:retest|repeated|retested)
    system suitability
    sst
    stopped this
    declined
    stage s?\d
    as the monograph
    monograph
    normal procedure
    retest date
    per (?:sop|tm|plan)-?\S*
    under [A-Z]{2,4}-\S+
    demands
    form f-\d+
    left untouched
    prior to (?:weighing|the (?:retest|test|run|injection))
    before the (?:additional|retest)
    test plan
    balance was re-?tested
    untouched
    phase 1 checklist is
    not (?:yet )?(?:done|started|run)
    re-?test(?:ing)? (?:is|was) (?:not|planned)
    with (?:qa|the supervisor['’]s) (?:approval|agreement|consent)
    qa (?:agreed|allowed)
    no sample result
""")


def _average(prose: Prose, _: Known) -> str | None:
    """Results put together to one that passes, where nothing prescribes it."""
    if prose.has(_PRESCRIBED) or not prose.has(_PASSES):
        return None
    return prose.said(_AVERAGE)


def _thrown(prose: Prose, _: Known) -> str | None:
    """What could have been looked at again is gone, or about to go."""
    if prose.has(_KEPT):
        return None
    for match in prose.matches(_THROWN):
        before, after = prose.around(match)
        if pattern(_PREPARATION).search(f"{before}{match[0]}{after}"):
            return match[0]
    return None


LABORATORY = (
    TextCheck(
        "solution_thrown_away",
        Kind.OOS,
        Tier.EVIDENCE,
        "“{quote}”: is any of the original preparation left? Please keep what there is.",
        _thrown,
    ),
    TextCheck(
        "retest_first",
        Kind.OOS,
        Tier.EVIDENCE,
        "“{quote}”: was a retest agreed in writing before it was run? By whom?",
        said_without(_AGAIN, _AGREED),
    ),
    TextCheck(
        "invalidated_without_cause",
        Kind.OOS,
        Tier.FACTS,
        "“{quote}”: which documented test event, other than a passing retest, shows the first result was wrong?",
        said_without(_INVALIDATED, _ASSIGNED),
    ),
    TextCheck(
        "average_to_pass",
        Kind.OOS,
        Tier.FACTS,
        "“{quote}”: what does each single result say? Which rule lets them be averaged?",
        _average,
    ),
)
