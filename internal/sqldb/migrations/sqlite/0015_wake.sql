-- When the product itself has to look at a dossier again: a wait is over, a limit has passed. It is
-- 4611686018427387904 where nothing has to be done, and is filled by projecting every journal again. Adds a column
-- with a constant default: locks nothing for long.

-- +goose Up
ALTER TABLE dossier ADD COLUMN wake_at BIGINT NOT NULL DEFAULT 4611686018427387904;
CREATE INDEX dossier_wake ON dossier (wake_at, id) WHERE wake_at < 4611686018427387904;

-- +goose Down
DROP INDEX dossier_wake;
ALTER TABLE dossier DROP COLUMN wake_at;
