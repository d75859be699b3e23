-- What happened on this host. Times are milliseconds since the epoch; state, args, error and
-- detail are JSON.

CREATE TABLE domains (
  uuid TEXT NOT NULL PRIMARY KEY,
  -- The name it was last seen under.
  name TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX domains_by_name ON domains (name);

-- What a domain was made from, for as long as it is known: XenStore does not hold it.
CREATE TABLE configs (
  uuid TEXT NOT NULL PRIMARY KEY REFERENCES domains (uuid),
  config TEXT NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  uuid TEXT NOT NULL REFERENCES domains (uuid),
  -- The domain's name when the plan was made.
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'stuck')),
  requested_by TEXT NOT NULL,
  state TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  error TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX operations_by_domain ON operations (uuid, queued_at, id);
CREATE INDEX operations_by_time ON operations (queued_at, id);
CREATE INDEX operations_unfinished ON operations (queued_at, id)
  WHERE status IN ('queued', 'running', 'stuck');

CREATE TABLE steps (
  operation TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  name TEXT NOT NULL,
  subject TEXT,
  args TEXT,
  pivot INTEGER NOT NULL CHECK (pivot IN (0, 1)),
  status TEXT NOT NULL
    CHECK (status IN ('planned', 'started', 'done', 'failed', 'undone', 'undo-failed')),
  started_at INTEGER,
  ended_at INTEGER,
  error TEXT,
  PRIMARY KEY (operation, idx)
) STRICT, WITHOUT ROWID;

-- One stay of a domain under one domid on one host.
CREATE TABLE incarnations (
  uuid TEXT NOT NULL REFERENCES domains (uuid),
  epoch INTEGER NOT NULL,
  host TEXT NOT NULL,
  domid INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  -- Null while it lasts.
  ended_at INTEGER,
  cause TEXT NOT NULL,
  end_cause TEXT,
  -- The operation that began it.
  operation TEXT NOT NULL,
  PRIMARY KEY (uuid, epoch),
  CHECK ((ended_at IS NULL) = (end_cause IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX incarnations_by_time ON incarnations (began_at, uuid, epoch);
CREATE UNIQUE INDEX incarnations_by_operation ON incarnations (operation, uuid, host, domid);
CREATE INDEX incarnations_living ON incarnations (domid) WHERE ended_at IS NULL;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  uuid TEXT NOT NULL,
  domid INTEGER,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_domain ON events (uuid, seq);
