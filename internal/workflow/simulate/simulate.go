// Package simulate lets files run through a process that nobody has worked with yet: step
// by step for a person who wants to see what happens, or ten thousand of them with so many
// arrivals a day and so many people at each step, telling where they wait and how many
// come late. It plays on the live interpreter, knows no clock but its own, and says the
// same again for the same seed.
//
// Time is counted in working minutes: nights and holidays are left out for the files and
// for the limits alike.
package simulate

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/prove"
)

// Plan is what a simulation assumes. The zero value of a field has a plain meaning.
type Plan struct {
	Runs     int                // files; 0: 10,000
	Arrivals float64            // files a working day, at random times; 0: 10
	Seed     uint64             // another seed is another luck
	Workday  int                // minutes of a working day; 0: eight hours
	Legal    string             // legal limit, against which lateness is judged; empty: it is not
	Staff    map[string]int     // people at a pool, by Pool.Key; absent: one
	Service  map[string]float64 // mean minutes of work at a step, by address; absent: a tenth of its limit, or 30
	Chances  map[string]float64 // how often a guard holds; absent: every second time
	Weights  map[string]float64 // how often an action is taken, by address#action; absent: the primary one eight times of the others
	Asked    int                // agencies of a question that names nobody; 0: two
	Sample   Sample             // past files; what it knows goes before Service and Weights
}

// Sample is what past files did.
type Sample struct {
	Durations map[string][]float64 // minutes of work at a step, by address
	Actions   map[string]float64   // times an action was taken, by address#action
}

// Row is one stretch of a past file at a step, and the action that ended it.
type Row struct {
	Step, Action string
	Minutes      float64 // working minutes
}

// SampleOf gathers rows of past files.
func SampleOf(rows []Row) Sample {
	s := Sample{Durations: map[string][]float64{}, Actions: map[string]float64{}}
	for _, r := range rows {
		if r.Minutes >= 0 {
			s.Durations[r.Step] = append(s.Durations[r.Step], r.Minutes)
		}
		if r.Action != "" {
			s.Actions[r.Step+"#"+r.Action]++
		}
	}
	return s
}

// Pool is the people who hold a kind of step: a role at a place.
type Pool struct {
	Key         string  `json:"key"` // place/role, or place/unit/role; of a question the agency asked
	Staff       int     `json:"staff"`
	Utilisation float64 `json:"utilisation"` // share of their time spent at work
	Waiting     float64 `json:"waiting"`     // minutes that files waited for them, all together
}

// Step is what happened at a step. Times are in working minutes.
type Step struct {
	Step    string  `json:"step"` // address
	Title   string  `json:"title"`
	Pool    string  `json:"pool,omitempty"`
	Visits  int     `json:"visits"`
	Mean    float64 `json:"mean"` // time waited before somebody began
	P50     float64 `json:"p50"`
	P95     float64 `json:"p95"`
	Service float64 `json:"service"` // mean time of the work itself
	Late    int     `json:"late"`    // visits longer than the step's limit
}

// Result is what a simulation tells.
type Result struct {
	Runs       int     `json:"runs"`
	Ended      int     `json:"ended"`
	Wrong      int     `json:"wrong,omitempty"` // stopped by a defect, see package prove
	First      string  `json:"first,omitempty"` // the first such refusal
	Days       float64 `json:"days"`            // working days from the first arrival to the last end
	Mean       float64 `json:"mean"`            // minutes from acceptance until the result
	P50        float64 `json:"p50"`
	P95        float64 `json:"p95"`
	Legal      string  `json:"legal,omitempty"`
	Late       int     `json:"late"`       // results after the legal limit
	Comparable bool    `json:"comparable"` // the legal limit is one of working time
	Bottleneck string  `json:"bottleneck,omitempty"`
	Steps      []Step  `json:"steps"`
	Pools      []Pool  `json:"pools"`
	Workday    int     `json:"workday"`
}

// Bounds of a simulation.
const (
	MaxRuns  = 300_000
	maxActs  = 2_000 // of one file
	standard = 30    // minutes of work where nothing is known
)

// ErrPlan refuses plans that cannot be carried out.
var ErrPlan = errors.New("simulate: the plan cannot be carried out")

func (p Plan) filled() (Plan, error) {
	p.Runs = cmp.Or(p.Runs, 10_000)
	p.Arrivals = cmp.Or(p.Arrivals, 10)
	p.Workday = cmp.Or(p.Workday, 8*60)
	p.Asked = cmp.Or(p.Asked, 2)
	if p.Runs < 0 || p.Runs > MaxRuns || !(p.Arrivals > 0) || p.Arrivals > 1e6 || p.Workday < 1 || p.Asked < 1 || p.Asked > 1000 {
		return p, fmt.Errorf("%w: %d runs, %g a day", ErrPlan, p.Runs, p.Arrivals)
	}
	for k, n := range p.Staff {
		if n < 1 {
			return p, fmt.Errorf("%w: %d people at %s", ErrPlan, n, k)
		}
	}
	return p, nil
}

// kind of an event.
type kind uint8

const (
	arrives kind = iota
	finishes
	tooLate
)

type event struct {
	at    float64
	n     int // order of events at one time
	kind  kind
	file  int
	visit int
}

type agenda []event

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].n < a[j].n
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push and Pop serve container/heap.
func (a *agenda) Push(v any) { *a = append(*a, v.(event)) } //nolint:forcetypeassert // only events are put there

func (a *agenda) Pop() any {
	v := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return v
}

// visit is a token at a step.
type visit struct {
	token   int
	step    *place
	pool    *pool // whose people do it; nil: nobody's
	since   float64
	began   float64
	waiting bool // for somebody of the pool
	over    bool
}

type file struct {
	run      workflow.Run
	since    float64
	acts     int
	released bool
	visits   []visit // of its tokens, open ones and past
}

type place struct {
	address string
	step    workflow.Step
	pool    *pool
	limit   float64 // minutes; 0: none
	mean    float64
	waits   []float64
	service float64
	late    int
}

type pool struct {
	Pool
	busy  float64
	free  int
	queue []queued
}

type queued struct{ file, visit int }

type office struct {
	p      *workflow.Process
	plan   Plan
	rnd    *rand.Rand
	agenda agenda
	n      int
	now    float64
	files  []file
	places map[string]*place
	order  []*place
	pools  map[string]*pool
	names  []string // of agencies, for questions
	times  []float64
	legal  float64
	out    Result
}

// Run lets files run through a process.
func Run(p *workflow.Process, plan Plan) (Result, error) {
	plan, err := plan.filled()
	if err != nil {
		return Result{}, err
	}
	o := &office{p: p, plan: plan, rnd: rand.New(rand.NewPCG(plan.Seed, 0x6d6f74637561)), places: map[string]*place{}, pools: map[string]*pool{}} //nolint:gosec // G404: a simulation has to give the same again
	o.out = Result{Runs: plan.Runs, Legal: plan.Legal, Workday: plan.Workday}
	if plan.Legal != "" {
		l, err := deadline.ParseLimit(plan.Legal)
		if err != nil {
			return Result{}, fmt.Errorf("%w: limit %q", ErrPlan, plan.Legal)
		}
		if m, ok := prove.Minutes(l, plan.Workday); ok {
			o.legal, o.out.Comparable = float64(m), true
		}
	}
	for i := range plan.Asked {
		o.names = append(o.names, fmt.Sprint("co-quan-", i+1))
	}
	o.furnish()
	o.files = make([]file, plan.Runs)
	at := 0.0
	for i := range o.files {
		o.put(event{at: at, kind: arrives, file: i})
		at += o.rnd.ExpFloat64() / plan.Arrivals * float64(plan.Workday)
	}
	for len(o.agenda) > 0 {
		e := heap.Pop(&o.agenda).(event) //nolint:forcetypeassert // only events are put there
		o.now = e.at
		o.happens(e)
	}
	return o.tell(), nil
}

// furnish sets up the steps and who works there.
func (o *office) furnish() {
	o.p.Each(func(address string, s *workflow.Step) {
		if !s.Rests() || o.places[address] != nil {
			return
		}
		pl := &place{address: address, step: *s}
		if percent, ok := prove.Share(s.Limit); ok {
			pl.limit = o.legal * float64(percent) / 100
		} else if l, err := deadline.ParseLimit(s.Limit); err == nil {
			if m, ok := prove.Minutes(l, o.plan.Workday); ok {
				pl.limit = float64(m)
			} else {
				// Calendar time, as working time of five days in seven.
				pl.limit = float64(l.Halves()) / 2 * float64(o.plan.Workday) * 5 / 7
				if l.Unit() == deadline.Month {
					pl.limit *= 30
				}
			}
		}
		pl.mean = standard
		if pl.limit > 0 {
			pl.mean = pl.limit / 10
		}
		if s.Kind == workflow.Wait {
			pl.mean = cmp.Or(pl.limit/2, float64(o.plan.Workday))
		}
		if m, ok := o.plan.Service[address]; ok && m >= 0 {
			pl.mean = m
		}
		if s.Kind == workflow.Task {
			pl.pool = o.poolOf(PoolKey(o.at(address, s.At), s.Unit, s.Role))
		}
		o.places[address] = pl
		o.order = append(o.order, pl)
	})
}

// at is where a step is: within a sub-case, the competent agency is that of the sub-case.
func (o *office) at(address, at string) string {
	part, _ := workflow.Split(address)
	switch {
	case part == "":
		return at
	case at == workflow.AtLead:
		return workflow.AtCompetent
	case at != workflow.AtCompetent:
		return at
	}
	o.p.Each(func(_ string, s *workflow.Step) {
		if s.Kind == workflow.Sub && s.Part == part && at == workflow.AtCompetent {
			at = s.At
		}
	})
	return at
}

// PoolKey names the people who hold a role at a place.
func PoolKey(at, unit, role string) string {
	if unit != "" {
		return at + "/" + unit + "/" + role
	}
	return at + "/" + role
}

func (o *office) poolOf(key string) *pool {
	if o.pools[key] == nil {
		n := cmp.Or(o.plan.Staff[key], 1)
		o.pools[key] = &pool{Pool: Pool{Key: key, Staff: n}, free: n}
	}
	return o.pools[key]
}

func (o *office) put(e event) {
	e.n = o.n
	o.n++
	heap.Push(&o.agenda, e)
}

func (o *office) happens(e event) {
	f := &o.files[e.file]
	switch e.kind {
	case arrives:
		f.since = o.now
		changes, err := workflow.Start(o.p, o)
		o.carry(e.file, changes, err)
	case finishes:
		v := &f.visits[e.visit]
		if v.pool != nil {
			v.pool.free++
			v.pool.busy += o.now - v.began
			defer o.serve(v.pool)
		}
		if v.over {
			return // somebody else ended it meanwhile
		}
		o.act(e.file, e.visit)
	case tooLate:
		v := &f.visits[e.visit]
		if v.over {
			return
		}
		v.step.late++
		if l := v.step.step.Late; l != nil && l.To != "" {
			changes, err := f.run.Pass(o.p, v.token, true, o)
			if errors.Is(err, workflow.ErrAction) {
				return
			}
			o.carry(e.file, changes, err)
		}
	}
}

// Holds throws a coin for a guard.
func (o *office) Holds(when string) (bool, error) {
	c, ok := o.plan.Chances[when]
	if !ok {
		c = 0.5
	}
	return o.rnd.Float64() < c, nil
}

// act takes one of the actions of a step whose work is done.
func (o *office) act(file, visit int) {
	f := &o.files[file]
	v := f.visits[visit]
	t, _ := f.run.Token(v.token)
	s := v.step.step
	if f.acts++; f.acts > maxActs {
		o.wrong(file, fmt.Errorf("simulate: a file took more than %d acts", maxActs))
		return
	}
	if s.Kind == workflow.Wait && len(s.Acts(t)) == 0 || s.Kind == workflow.Wait && len(s.Actions) == 0 {
		changes, err := f.run.Pass(o.p, v.token, false, o)
		o.carry(file, changes, err)
		return
	}
	acts := s.Acts(t)
	total := 0.0
	weights := make([]float64, len(acts))
	primary := slices.ContainsFunc(acts, func(a workflow.Action) bool { return a.Primary })
	for i, a := range acts {
		key := v.step.address + "#" + a.ID
		w, ok := o.plan.Sample.Actions[key]
		if !ok {
			w, ok = o.plan.Weights[key]
		}
		switch {
		case ok:
		case a.Primary || !primary && i == 0:
			w = 8
		default:
			w = 1
		}
		weights[i] = w
		total += w
	}
	for range 100 { // a guard may refuse the action: another throw
		x := o.rnd.Float64() * total
		i := 0
		for i < len(acts)-1 && x >= weights[i] {
			x -= weights[i]
			i++
		}
		if len(acts) == 0 {
			break
		}
		changes, err := f.run.Act(o.p, v.token, acts[i].ID, o)
		if errors.Is(err, workflow.ErrAgencies) {
			changes, err = f.run.Act(o.p, v.token, acts[i].ID, o, o.names...)
		}
		if errors.Is(err, workflow.ErrGuard) {
			continue
		}
		if n := workflow.Natures[acts[i].Means]; err == nil && n.Release {
			o.release(f)
		}
		o.carry(file, changes, err)
		return
	}
	o.wrong(file, fmt.Errorf("simulate: nothing can be done at %s", v.step.address))
}

func (o *office) release(f *file) {
	if f.released {
		return
	}
	f.released = true
	took := o.now - f.since
	o.times = append(o.times, took)
	if o.out.Comparable && took > o.legal {
		o.out.Late++
	}
}

func (o *office) wrong(file int, err error) {
	if o.out.Wrong++; o.out.First == "" {
		o.out.First = err.Error()
	}
	f := &o.files[file]
	for i := range f.visits {
		f.visits[i].over = true
	}
}

// carry applies what an act brought about and opens and closes visits.
func (o *office) carry(file int, changes []workflow.Change, err error) {
	if err != nil {
		o.wrong(file, err)
		return
	}
	f := &o.files[file]
	before := f.run.Clone()
	f.run.Apply(changes...)
	for i := range f.visits {
		v := &f.visits[i]
		if v.over {
			continue
		}
		if t, ok := f.run.Token(v.token); !ok || moved(changes, t.ID) {
			v.over = true
		}
	}
	for _, t := range f.run.Tokens {
		if _, known := before.Token(t.ID); known && !moved(changes, t.ID) {
			continue
		}
		o.visit(file, t)
	}
	if f.run.Ended {
		o.release(f)
		o.out.Ended++
		o.out.Days = o.now / float64(o.plan.Workday)
	}
}

func moved(changes []workflow.Change, token int) bool {
	return slices.ContainsFunc(changes, func(c workflow.Change) bool { return c.Do == workflow.Enter && c.Token == token })
}

func (o *office) visit(file int, t workflow.Token) {
	f := &o.files[file]
	pl := o.places[t.Step]
	if pl == nil {
		return
	}
	v := len(f.visits)
	people := pl.pool
	if pl.step.Kind == workflow.Ask && !pl.step.Waits(t) {
		people = o.poolOf(PoolKey(t.At, "", pl.step.Role))
	}
	f.visits = append(f.visits, visit{token: t.ID, step: pl, pool: people, since: o.now})
	if pl.limit > 0 {
		o.put(event{at: o.now + pl.limit, kind: tooLate, file: file, visit: v})
	}
	switch {
	case pl.step.Waits(t): // the others answer
	case people == nil:
		f.visits[v].began = o.now
		pl.waits = append(pl.waits, 0)
		d := o.duration(pl)
		pl.service += d
		o.put(event{at: o.now + d, kind: finishes, file: file, visit: v})
	default:
		f.visits[v].waiting = true
		people.queue = append(people.queue, queued{file, v})
		o.serve(people)
	}
}

// serve gives work to who is free, first come first served.
func (o *office) serve(p *pool) {
	for p.free > 0 && len(p.queue) > 0 {
		q := p.queue[0]
		p.queue = p.queue[1:]
		v := &o.files[q.file].visits[q.visit]
		if v.over {
			continue
		}
		v.waiting, v.began = false, o.now
		waited := o.now - v.since
		v.step.waits = append(v.step.waits, waited)
		p.Waiting += waited
		p.free--
		d := o.duration(v.step)
		v.step.service += d
		o.put(event{at: o.now + d, kind: finishes, file: q.file, visit: q.visit})
	}
}

// duration is the time one piece of work takes: as in the sample, else at random around the mean.
func (o *office) duration(pl *place) float64 {
	if past := o.plan.Sample.Durations[pl.address]; len(past) > 0 {
		return past[o.rnd.IntN(len(past))]
	}
	if pl.step.Kind == workflow.Wait && pl.step.For == workflow.ForTime {
		return pl.limit
	}
	return pl.mean * (0.5 + o.rnd.ExpFloat64()/2)
}

func (o *office) tell() Result {
	r := o.out
	r.Mean, r.P50, r.P95 = measure(o.times)
	for _, pl := range o.order {
		s := Step{Step: pl.address, Title: pl.step.Title, Visits: len(pl.waits), Late: pl.late}
		s.Mean, s.P50, s.P95 = measure(pl.waits)
		if len(pl.waits) > 0 {
			s.Service = pl.service / float64(len(pl.waits))
		}
		if pl.pool != nil {
			s.Pool = pl.pool.Key
		}
		if pl.step.Kind != workflow.Sub {
			r.Steps = append(r.Steps, s)
		}
	}
	for _, p := range o.pools {
		if o.now > 0 {
			p.Utilisation = p.busy / (float64(p.Staff) * o.now)
		}
		r.Pools = append(r.Pools, p.Pool)
	}
	slices.SortFunc(r.Pools, func(a, b Pool) int { return cmp.Or(cmp.Compare(b.Waiting, a.Waiting), strings.Compare(a.Key, b.Key)) })
	if len(r.Pools) > 0 && r.Pools[0].Waiting > 0 {
		r.Bottleneck = r.Pools[0].Key
	}
	return r
}

// measure returns mean, median and 95th percentile.
func measure(times []float64) (mean, p50, p95 float64) {
	if len(times) == 0 {
		return 0, 0, 0
	}
	sorted := slices.Sorted(slices.Values(times))
	for _, t := range sorted {
		mean += t
	}
	at := func(share float64) float64 { return sorted[max(0, int(math.Ceil(share*float64(len(sorted))))-1)] }
	return mean / float64(len(sorted)), at(0.5), at(0.95)
}
