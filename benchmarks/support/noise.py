"""The seeds and the noise of the search benchmark, so that figures of different days can be compared.

`phrasings` draws some for each entry, for seeds 0, 1 and 2. `typos` slips on the keyboard, `shorthand` writes as in a
chat: of its abbreviations, KNOWN may stand in a product's table, UNKNOWN must not, so that the unseen is measured too.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

Labelled = tuple[str, str]  # a text, and the entry it belongs to

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_WORD = re.compile(r"[^\w\s]")


def _pairs(text: str) -> Mapping[str, str]:
    """ "a=b,c=d": what is written out, and how it is shortened."""
    return dict(pair.split("=", 1) for pair in text.split(","))


KNOWN = _pairs(
    "you=u,your=ur,are=r,why=y,what=wat,whats=wats,please=pls,thanks=thx,thank=thx,between=btwn,before=b4,because=bc,"
    "about=abt,with=w,without=wo,and=n,to=2,for=4,tomorrow=tmrw,tonight=2nite,today=2day,message=msg,number=no,"
    "account=acct,minutes=mins,difference=diff,question=q,information=info,people=ppl,really=rly,okay=ok,next=nxt,"
    "would=wud,should=shud,could=cud,how=hw,need=nd,credit card=cc,want=wnt,know=kno,something=smth,someone=sm1,"
    "through=thru,night=nite,be=b,see=c,have=hv,when=wen,where=wer"
)
UNKNOWN = _pairs(
    "can=cn,my=mi,the=da,this=dis,that=dat,payment=pymt,balance=bal,transfer=xfer,restaurant=resto,reservation=resv,"
    "document=doc,appointment=appt,temperature=temp,weather=wthr,money=mny,transaction=txn,transactions=txns,"
    "exchange=xchg,address=addr,international=intl,cancel=cxl,week=wk,month=mo,hours=hrs,year=yr,meeting=mtg,"
    "schedule=sched,password=pwd,bank=bnk"
)


def phrasings(rows: Iterable[Labelled], count: int, seed: int) -> dict[str, tuple[str, ...]]:
    """Up to `count` texts of each entry, drawn with `seed`."""
    draw = random.Random(seed)
    drawn = {}
    for entry, texts in sorted(_by_entry(rows).items()):
        ordered = sorted(texts)
        draw.shuffle(ordered)
        drawn[entry] = tuple(ordered[:count])
    return drawn


def typos(text: str, share: float, draw: random.Random) -> str:
    """`text` with this share of its letters hit: two swapped, one left out, a neighbour struck, or struck twice."""
    out: list[str] = []
    letters, at = text.lower(), 0
    while at < len(letters):
        letter = letters[at]
        if letter.isalpha() and draw.random() < share:
            slip = draw.randrange(4)
            if slip == 0 and at + 1 < len(letters) and letters[at + 1].isalpha():
                out += [letters[at + 1], letter]
                at += 2
                continue
            if slip == 1:
                at += 1
                continue
            if slip == 2 and letter in _NEIGHBOURS:
                out.append(draw.choice(_NEIGHBOURS[letter]))
                at += 1
                continue
            out += [letter, letter]
            at += 1
            continue
        out.append(letter)
        at += 1
    return "".join(out)


def shorthand(text: str, draw: random.Random, share: float = 0.8) -> str:
    """`text` as in a chat: known words shortened with this chance, long ones now and then without their vowels."""
    out = []
    for word in _plain(text).split():
        if word in KNOWN and draw.random() < share:
            out.append(KNOWN[word])
        elif word in UNKNOWN and draw.random() < share:
            out.append(UNKNOWN[word])
        elif len(word) > 5 and draw.random() < 0.15:
            out.append(word[0] + re.sub("[aeiou]", "", word[1:]))
        else:
            out.append(word)
    return " ".join(out)


def _plain(text: str) -> str:
    bare = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("'", "")
    return " ".join(_WORD.sub(" ", bare).split())


def _by_entry(rows: Iterable[Labelled]) -> dict[str, list[str]]:
    by: dict[str, list[str]] = defaultdict(list)
    for text, entry in rows:
        by[entry].append(text)
    return by


def _neighbours(rows: Sequence[str]) -> dict[str, list[str]]:
    """The keys beside, above and below each key, in the order in which the published noise lists them."""
    near: dict[str, list[str]] = {}
    for row in rows:
        for place, key in enumerate(row):
            near[key] = [row[other] for other in (place - 1, place + 1) if 0 <= other < len(row)]
    for upper, lower in ((0, 1), (1, 2)):
        for place, key in enumerate(rows[upper]):
            for other in (place - 1, place):
                if 0 <= other < len(rows[lower]):
                    near[key].append(rows[lower][other])
                    near[rows[lower][other]].append(key)
    return near


_NEIGHBOURS = _neighbours(_ROWS)
