package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/procedure/proceduredb"
	"github.com/motcua/motcua/internal/web"
)

// province answers what services ask about the configuration in force. It keeps the last snapshot, so that
// reading goes on while the database is away.
type province struct {
	store *proceduredb.Store
	now   func() time.Time
	log   *slog.Logger

	cat    atomic.Pointer[procedure.Catalogue]
	away   atomic.Int64 // when the database was last found away, in nanoseconds
	mu     sync.Mutex
	days   *calendar.Calendar
	daysOf *procedure.Catalogue
	daysOn string
}

// reread bounds how long a snapshot is asked for, and how long the last one serves before the database is
// tried again: pages are not kept waiting by it.
const reread = 2 * time.Second

func newProvince(ctx context.Context, store *proceduredb.Store, now func() time.Time, log *slog.Logger) (*province, error) {
	p := &province{store: store, now: now, log: log}
	cat, err := store.Catalogue(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	p.cat.Store(cat)
	return p, nil
}

// Catalogue is the current snapshot of all published configuration.
func (p *province) Catalogue() *procedure.Catalogue {
	if cat := p.store.Latest(); cat != nil {
		return cat
	}
	if away := p.away.Load(); away != 0 && p.now().UnixNano()-away < int64(reread) {
		return p.cat.Load()
	}
	ctx, cancel := context.WithTimeout(context.Background(), reread)
	defer cancel()
	cat, err := p.store.Catalogue(ctx)
	if err != nil {
		p.away.Store(p.now().UnixNano())
		p.log.Warn("catalogue not read again, the last snapshot serves", "err", err)
		return p.cat.Load()
	}
	p.away.Store(0)
	p.cat.Store(cat)
	return cat
}

// Clock is the calendar, office hours and policy of an agency at an instant.
func (p *province) Clock(id agency.ID, at time.Time) (deadline.Env, error) {
	cat := p.Catalogue()
	day := calendar.DateOf(at).String()
	office, err := cat.Office(id, day)
	if err != nil {
		return deadline.Env{}, err
	}
	policy, err := cat.Policy(id, day)
	if err != nil {
		return deadline.Env{}, err
	}
	days, err := p.calendar(cat)
	return deadline.Env{Calendar: days, Office: office, Policy: policy}, err
}

// calendar is the working calendar of today: what was announced counts from when it is known.
func (p *province) calendar(cat *procedure.Catalogue) (*calendar.Calendar, error) {
	today := p.today()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.days == nil || p.daysOf != cat || p.daysOn != today {
		days, err := cat.Calendar(today)
		if err != nil {
			return nil, fmt.Errorf("working calendar: %w", err)
		}
		p.days, p.daysOf, p.daysOn = days, cat, today
	}
	return p.days, nil
}

func (p *province) today() string { return calendar.DateOf(p.now()).String() }

// posts answers what accounts ask about posts and rights.
type posts struct{ p *province }

// Post returns the post with the id as it stands today.
func (x posts) Post(id string) (agency.Post, bool) {
	return x.p.Catalogue().Tree().Post(id, x.p.today())
}

// AgencyName returns the agency's name as shown.
func (x posts) AgencyName(id agency.ID) string {
	if a, ok := x.p.Catalogue().Tree().Ever(id); ok {
		return a.Name
	}
	return string(id)
}

// RightsOf lists what a role may do.
func (x posts) RightsOf(role string) []access.Permission {
	names := x.p.Catalogue().Rights(x.p.today())[role]
	out := make([]access.Permission, len(names))
	for i, n := range names {
		out[i] = access.Permission(n)
	}
	return out
}

// site is the province as the layout names it.
func (p *province) site(demo bool) web.Site {
	h := p.Catalogue().Home(p.today())
	s := web.Site{
		Province: h.Name, Short: h.Name, System: "Một cửa " + strings.TrimPrefix(strings.TrimPrefix(h.Name, "Tỉnh "), "Thành phố "), Owner: h.Owner, Responsible: h.Responsible, Address: h.Address, Email: h.Email, Demo: demo,
	}
	if h.Phone != "" {
		s.Phones = []string{h.Phone}
	}
	return s
}
