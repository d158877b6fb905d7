package account

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// cachedFor bounds how long another process may still honour a session that was ended here.
	cachedFor = 2 * time.Second
	// cachedMost bounds the memory: about 1 KB each.
	cachedMost = 10_000
)

// cached is a session as it was loaded. Only seen changes.
type cached struct {
	record record
	signed Signed
	loaded time.Time
	seen   atomic.Int64 // µs
}

// cache keeps sessions for cachedFor.
type cache struct {
	mu      sync.RWMutex
	entries map[TokenHash]*cached
	changes uint64
}

func newCache() *cache { return &cache{entries: map[TokenHash]*cached{}} }

func (c *cache) load(secret TokenHash, now time.Time) (*cached, bool) {
	c.mu.RLock()
	e, ok := c.entries[secret]
	c.mu.RUnlock()
	if !ok || now.Sub(e.loaded) >= cachedFor || now.Before(e.loaded) {
		return nil, false
	}
	return e, true
}

// mark is taken before a session is read from the store.
func (c *cache) mark() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.changes
}

// store keeps what was read, unless something changed since the mark: the row may have
// been read before the change.
func (c *cache) store(secret TokenHash, e *cached, mark uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != mark {
		return
	}
	if len(c.entries) >= cachedMost {
		clear(c.entries)
	}
	c.entries[secret] = e
}

// forget drops the sessions of a person, or everything for the empty id.
func (c *cache) forget(person string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for secret, e := range c.entries {
		if person == "" || e.record.person.ID == person {
			delete(c.entries, secret)
		}
	}
}
