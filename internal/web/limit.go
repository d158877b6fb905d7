package web

import (
	"hash/maphash"
	"sync"
	"time"
)

// Rate is a token bucket: PerMinute tokens flow in, at most Burst are kept. The zero Rate does
// not limit.
type Rate struct {
	PerMinute float64
	Burst     float64
}

// Limits are the rates by class of request. Provinces set them in the configuration.
type Limits map[string]Rate

// Classes of requests that the product charges.
const (
	LimitWrite  = "write"   // every unsafe request
	LimitSignIn = "sign-in" // failed sign-ins
	LimitTrack  = "track"   // wrong codes or secrets on the tracking page
	LimitSearch = "search"  // searches
	LimitUpload = "upload"  // files
)

// DefaultLimits suit a province: far above what people at one address do, far below what guessing
// needs. Reading is not limited; overload is shed instead.
func DefaultLimits() Limits {
	return Limits{
		LimitWrite:  {PerMinute: 600, Burst: 200},
		LimitSignIn: {PerMinute: 10, Burst: 10},
		LimitTrack:  {PerMinute: 10, Burst: 20},
		LimitSearch: {PerMinute: 600, Burst: 300},
		LimitUpload: {PerMinute: 120, Burst: 60},
	}
}

// Limiter keeps one bucket per class and client in bounded memory. When it is full the buckets
// nearest to full are forgotten first: forgetting a full bucket changes nothing, so that a flood of new
// clients cannot free one that is being held back.
type Limiter struct {
	limits Limits
	seed   maphash.Seed
	shards [64]shard
	most   int // buckets per shard
}

type shard struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ class, client string }

type bucket struct {
	tokens float64
	at     time.Time
}

// NewLimiter returns a limiter that remembers at most about entries clients.
func NewLimiter(limits Limits, entries int) *Limiter {
	l := &Limiter{limits: limits, seed: maphash.MakeSeed()}
	l.most = max(8, entries/len(l.shards))
	return l
}

// Take charges one token. It returns how long to wait when there is none.
func (l *Limiter) Take(class, client string, now time.Time) (time.Duration, bool) {
	return l.use(class, client, now, 1)
}

// Peek is Take without charging.
func (l *Limiter) Peek(class, client string, now time.Time) (time.Duration, bool) {
	return l.use(class, client, now, 0)
}

func (l *Limiter) use(class, client string, now time.Time, cost float64) (time.Duration, bool) {
	rate := l.limits[class]
	if rate.PerMinute <= 0 {
		return 0, true
	}
	burst := max(1, rate.Burst)
	s := &l.shards[maphash.String(l.seed, client)%uint64(len(l.shards))]
	key := bucketKey{class, client}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.buckets[key]
	if b == nil {
		if cost == 0 {
			return 0, true
		}
		if s.buckets == nil {
			s.buckets = map[bucketKey]*bucket{}
		}
		if len(s.buckets) >= l.most {
			l.forget(s, now)
		}
		b = &bucket{tokens: burst, at: now}
		s.buckets[key] = b
	}
	b.tokens = level(b, rate, now)
	if now.After(b.at) {
		b.at = now
	}
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / rate.PerMinute * float64(time.Minute)), false
	}
	b.tokens -= cost
	return 0, true
}

// level is what the bucket holds at now. A clock that went back adds nothing.
func level(b *bucket, rate Rate, now time.Time) float64 {
	gained := max(0, now.Sub(b.at).Minutes()) * rate.PerMinute
	return min(max(1, rate.Burst), b.tokens+gained)
}

// forget drops every full bucket, and when none is, the fullest one.
func (l *Limiter) forget(s *shard, now time.Time) {
	var fullest bucketKey
	best := -1.0
	for key, b := range s.buckets {
		rate := l.limits[key.class]
		share := level(b, rate, now) / max(1, rate.Burst)
		if share >= 1 {
			delete(s.buckets, key)
			continue
		}
		if share > best {
			best, fullest = share, key
		}
	}
	if len(s.buckets) >= l.most {
		delete(s.buckets, fullest)
	}
}
