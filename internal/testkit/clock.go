package testkit

import (
	"sync"
	"time"
)

// Clock is a clock that moves only when told. Hand its Now in.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at now, as time.RFC3339 or a local date
// (midnight at +07:00).
func NewClock(now string) *Clock {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, now, time.FixedZone("ICT", 7*60*60)); err == nil {
			return &Clock{now: t}
		}
	}
	panic("testkit: not an instant: " + now)
}

// Now is the clock's instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock, also backwards.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Add moves the clock by d and returns its new instant.
func (c *Clock) Add(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}
