package dossierdb

import (
	"sync"
	"time"

	"github.com/motcua/motcua/internal/dossier"
)

const (
	// recentLife bounds how long a row that another node changed is still shown.
	recentLife = time.Second
	// recentMost bounds the memory: about 400 bytes each.
	recentMost = 20_000
)

// recent keeps rows that were just read for the public page: on the day results are due thousands look at the same
// ones. A row is given only to who brings its secret, so that the time an answer takes tells nothing to others.
type recent struct {
	mu      sync.RWMutex
	rows    map[string]recentRow // by code or reference, as asked
	changes uint64
}

type recentRow struct {
	row dossier.Row
	at  time.Time
}

func (c *recent) get(code, secretHash string, now time.Time) (dossier.Row, bool) {
	c.mu.RLock()
	r, ok := c.rows[code]
	c.mu.RUnlock()
	return r.row, ok && r.row.SecretHash == secretHash && now.Sub(r.at).Abs() < recentLife
}

// mark is taken before a row is read.
func (c *recent) mark() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.changes
}

// put keeps a row, unless something was written since the mark: it may have been read before that.
func (c *recent) put(code string, r dossier.Row, mark uint64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != mark {
		return
	}
	if c.rows == nil || len(c.rows) >= recentMost {
		c.rows = map[string]recentRow{}
	}
	c.rows[code] = recentRow{r, now}
}

// drop forgets the rows that a transaction wrote, also when its end is not known.
func (c *recent) drop(rows []dossier.Row) {
	if len(rows) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for _, r := range rows {
		delete(c.rows, r.Code)
		delete(c.rows, r.Ref)
	}
}
