-- Steps after the pivot that are undone together when one of them fails.

ALTER TABLE steps ADD COLUMN attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt IN (0, 1));
