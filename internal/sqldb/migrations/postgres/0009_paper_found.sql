-- What was found in a file when it came (digital signatures, scripts, attachments) stays with the draft until the
-- journal has it. JSON, '' when nothing was found. A column with a default: locks for a moment.

-- +goose Up
ALTER TABLE draft_paper ADD COLUMN found TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE draft_paper DROP COLUMN found;
