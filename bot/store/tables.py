"""Every table, on one page.

Times are aware UTC. Free text a person wrote stands only in `texts` (and, as long as they are kept, in the
payloads of `outbox`), so that it can be deleted without touching the audit, which holds salted hashes.
`run_events`, `audit` and `anchors` refuse UPDATE and DELETE by triggers (see the first migration).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.store.moment import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EMPTY = text(
    "''"
)  # as a plain "", alembic takes what SQLite says of it for another default, and drafts a change

sites = Table(
    "sites",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("settings_hash", String, nullable=False),  # of the settings file last seen; a change is audited
)

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("name_key", String, nullable=False, index=True),  # the name as it is looked up: case folded
    Column("site", String, nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("email", String, nullable=False, server_default=EMPTY),
    Column("zone", String, nullable=False),
    Column("language", String, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("rights", String, nullable=False, server_default=EMPTY),  # space-separated
)

identities = Table(
    "identities",
    metadata,
    Column("channel", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
)

links = Table(
    "links",  # one-time sign-in links; only the hash of the token is kept
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

browsers = Table(
    "browsers",  # signed-in browsers; only the hash of the cookie is kept
    metadata,
    Column("cookie_hash", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("state", Text, nullable=False),  # Session as JSON
)

enrolments = Table(
    "enrolments",  # one-time links that make a browser a shared terminal; only the hash of the token is kept
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

terminals = Table(
    "terminals",  # browsers that many people use; only the hash of the cookie is kept
    metadata,
    Column("cookie_hash", String, primary_key=True),
    Column("site", String, nullable=False),
    Column("enrolled_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

codes = Table(
    "codes",  # personal codes for shared terminals; only a slow hash is kept
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("set_at", Moment, nullable=False),
)

RUN_STATES = ("open", "paused", "waiting", "finished", "cancelled")

runs = Table(
    "runs",
    metadata,
    Column("ref", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("site", String, nullable=False),
    Column("script", String, nullable=False),
    Column("version", String, nullable=False),
    Column("script_hash", ForeignKey("content.hash"), nullable=False),
    Column("title", String, nullable=False),
    Column("state", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("last_seq", Integer, nullable=False),
    CheckConstraint(f"state IN {RUN_STATES}", name="state"),
)

run_events = Table(
    "run_events",
    metadata,
    Column("run", ForeignKey("runs.ref"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("body", Text, nullable=False),  # JSON without the words
    Column("text", ForeignKey("texts.id")),  # the words, as JSON
)

waiting = Table(
    "waiting",  # what a run told people, until somebody acted on it
    metadata,
    Column("run", ForeignKey("runs.ref"), primary_key=True),
    Column("step", String, primary_key=True),
    Column("person", ForeignKey("people.id"), primary_key=True, index=True),
    Column("role", String, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Column("done_at", Moment),
    Column("unread_at", Moment),  # when to tell the next, if nobody has read it by then
    Index(
        "ix_waiting_unread_at",
        "unread_at",
        postgresql_where=text("unread_at IS NOT NULL"),
        sqlite_where=text("unread_at IS NOT NULL"),
    ),
)

parts = Table(
    "parts",  # what somebody handed to a colleague of a run, until it is back
    metadata,
    Column("run", ForeignKey("runs.ref"), primary_key=True),
    Column("step", String, primary_key=True),
    Column("giver", ForeignKey("people.id"), nullable=False, index=True),
    Column("given_at", Moment, nullable=False),
    Column("back_at", Moment),
)

rings = Table(
    "rings",  # when each clock of a run rings next
    metadata,
    Column("run", ForeignKey("runs.ref"), primary_key=True),
    Column("clock", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

texts = Table(
    "texts",
    metadata,
    Column("id", String, primary_key=True),
    Column("salt", LargeBinary),  # with the text, NULL once erased
    Column("text", Text),
    Column("written_at", Moment, nullable=False),
    Column("erased_at", Moment),
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("written_at", Moment, nullable=False),
)

content = Table(
    "content",  # every script version any run or draft ever used
    metadata,
    Column("hash", String, primary_key=True),
    Column("json", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("is_private", Boolean, nullable=False),
    Column("used_at", Moment, nullable=False),
    Column("last_seq", Integer, nullable=False, server_default="0"),
    Column("workspace", String, nullable=False, server_default=EMPTY),  # whose limits it shares
    Column("reference", Text, nullable=False, server_default=EMPTY),  # what the channel needs to write there
    Column("closed_at", Moment),  # nothing can be written there any more, until somebody speaks there again
    UniqueConstraint("channel", "conversation"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("channel", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("received_at", Moment, nullable=False, index=True),
)

arrivals = Table(
    "arrivals",  # what came in and must be looked up at its platform before it can be heard
    metadata,
    Column("channel", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("body", Text, nullable=False),  # the channel's own; gone once it was heard
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False, index=True),  # while somebody looks it up: when their lease ends
    Column("attempt", Integer, nullable=False, server_default="0"),
)

buckets = Table(
    "buckets",  # how many messages a workspace may still be sent now
    metadata,
    Column("channel", String, primary_key=True),
    Column("workspace", String, primary_key=True),
    Column("left", Float, nullable=False),
    Column("filled_at", Moment, nullable=False),
)

installations = Table(
    "installations",  # our app in workspaces; the tokens are encrypted, and gone once it was removed
    metadata,
    Column("channel", String, primary_key=True),
    Column("workspace", String, primary_key=True),
    Column("enterprise", String, nullable=False, server_default=EMPTY),
    Column("name", String, nullable=False),
    Column("bot_user", String, nullable=False),
    Column("sealed", LargeBinary),
    Column("expires_at", Moment),
    Column("scopes", Text, nullable=False, server_default=EMPTY),  # space-separated
    Column("installed_at", Moment, nullable=False),
    Column("dropped_at", Moment),
)

install_states = Table(
    "install_states",  # installations that were begun; only the hash of the word that proves it is kept
    metadata,
    Column("state_hash", String, primary_key=True),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

OUTBOX_STATES = ("pending", "sending", "sent", "unknown", "failed", "expired", "cancelled")

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dedupe_key", String, nullable=False, unique=True),
    Column("address", ForeignKey("addresses.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # order within the address
    Column("channel", String, nullable=False),
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),  # reply | echo | tell | nudge | update | file
    Column("amends", Integer),  # for an update: the row it shows anew
    Column(
        "is_open", Boolean, nullable=False, server_default=false()
    ),  # it has buttons, and they can be pressed
    Column("payload", Text, nullable=False),  # Reply as JSON; for an echo, the person's own words
    Column("state", String, nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("not_before", Moment),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("claim", String),
    Column("lease_until", Moment),
    Column("sent_at", Moment),
    Column("posted_at", Moment),  # by the platform's own clock, where its id tells
    Column("provider_ref", String),
    Column("last_error", String),
    UniqueConstraint("address", "seq"),
    CheckConstraint(f"state IN {OUTBOX_STATES}", name="state"),
    Index(
        "ix_outbox_waiting",  # what is due, in the order it is claimed
        "due_at",
        "id",
        postgresql_where=text("state IN ('pending', 'sending')"),
        sqlite_where=text("state IN ('pending', 'sending')"),
    ),
    Index(
        "ix_outbox_queue",  # who is first of an address; without it a claim of 24,000 rows took over 20 s
        "address",
        "seq",
        postgresql_where=text("state IN ('pending', 'sending')"),
        sqlite_where=text("state IN ('pending', 'sending')"),
    ),
    Index(
        "ix_outbox_lease_until",  # whose sender was lost
        "lease_until",
        postgresql_where=text("state = 'sending'"),
        sqlite_where=text("state = 'sending'"),
    ),
    Index(
        "ix_outbox_open",  # what can still be pressed at an address
        "address",
        "seq",
        postgresql_where=text("is_open"),
        sqlite_where=text("is_open"),
    ),
    Index("ix_outbox_written_at", "written_at"),
)

engagement_events = Table(
    "engagement_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("person", String, nullable=False),
    Column("site", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("object", String, nullable=False),
    Column("detail", Text, nullable=False, server_default="{}"),
    Index(
        "ix_engagement_events_stood_by",  # the coaching checks that somebody kept their words against
        "person",
        "at",
        postgresql_where=text("verb = 'stood_by'"),
        sqlite_where=text("verb = 'stood_by'"),
    ),
)

check_reviews = Table(
    "check_reviews",  # when QA of a site was last asked to look at a coaching check, and on which figures
    metadata,
    Column("site", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("kept", Integer, nullable=False),
    Column("sent_at", Moment, nullable=False),
)

questions = Table(
    "questions",  # what no answer settled: nobody's name, nobody's id, and the day only
    metadata,
    Column("id", String, primary_key=True),  # by chance, so that it says nothing of when
    Column("kind", String, nullable=False),  # unanswered | none_of_these | disputed
    Column("text", Text, nullable=False, server_default=EMPTY),
    Column("entry", String, nullable=False, server_default=EMPTY),  # the one that answered it
    Column("site", String, nullable=False),
    Column("role", String, nullable=False),
    Column("day", Moment, nullable=False, index=True),  # its midnight, in UTC
    Column("content", String, nullable=False),  # the hash of what was known then
    Column("decision", String, nullable=False, server_default=EMPTY),  # accept | write | stub | dismiss
    Column(
        "settled_by", String, nullable=False, server_default=EMPTY
    ),  # the entry that answers it from now on
)

promises = Table(
    "promises",  # who wants to hear when a question has an answer; gone once they were told
    metadata,
    Column("token", String, primary_key=True),
    Column(
        "question", String, nullable=False
    ),  # no foreign key: it outlives the question until its person was told
    Column("person", ForeignKey("people.id"), nullable=False),
    UniqueConstraint("question", "person"),
)

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
    Column("at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),  # the database's clock, never earlier than the entry before it
    Column("said_at", Moment),  # the platform's own time
    Column("actor", String, nullable=False),
    Column("on_behalf_of", String, nullable=False, server_default=EMPTY),
    Column("action", String, nullable=False),
    Column("object", String, nullable=False),
    Column("before", String, nullable=False, server_default=EMPTY),
    Column("after", String, nullable=False, server_default=EMPTY),
    Column("reason", String, nullable=False, server_default=EMPTY),
    Column("app_version", String, nullable=False),
    Column("prev", String, nullable=False),
    Column("hash", String, nullable=False),
)

anchors = Table(
    "anchors",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("root", String, nullable=False),
    Column("heads", Text, nullable=False),  # JSON [[stream, seq, hash], ...] of what moved, in order
    Column("prev", String, nullable=False),
    Column("hash", String, nullable=False),
)

anchored_heads = Table(
    "anchored_heads",  # how far each stream is anchored: what `anchors` say, added up
    metadata,
    Column("stream", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", String, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("process", String, primary_key=True),  # web | worker | clock, with its instance
    Column("at", Moment, nullable=False),
    Column("detail", String, nullable=False, server_default=EMPTY),
)
