// Package dossierfill invents the history of a province: dossiers in every state,
// spread over agencies, procedures and two years. Each lives through the decisions
// real ones live through, in order and at its own times, so that what comes out
// folds, checks and counts like theirs. It does no I/O.
//
// The same number of dossiers on the same catalogue and day gives the same people,
// procedures and outcomes; identifiers and secrets are drawn anew.
package dossierfill

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// World is what a history is invented in.
type World struct {
	Now       time.Time
	Catalogue *procedure.Catalogue
	Clock     func(id agency.ID, at time.Time) (deadline.Env, error)
	Places    eform.Places             // nil: addresses name the communes of the catalogue
	Person    func(post string) string // who holds a post; empty: nobody known
	Shown     []string                 // posts that get more than their share: somebody looks at them
	Citizens  []Citizen                // people with an account; some dossiers are theirs
	Papers    []dossier.Paper          // stored sample files
	Serials   map[string]int           // last code numbers given, by scope
}

// Citizen is a person with an account.
type Citizen struct {
	Account string
	Person  eform.Person
}

// History is a planned history: who files what where and when, and how far it comes.
type History struct {
	w      World
	plans  []plan
	forms  map[string]*form
	offers []offer
	joint  []*procedure.Version // of which several agencies have parts at the same time
	shown  map[string]bool
	near   []home
}

// offer is a procedure that can be carried out to its end.
type offer struct {
	version *procedure.Version
	weight  int
}

// stop is where a dossier stands at the end.
type stop uint8

const (
	atEnd        stop = iota // returned
	refused                  // at reception
	waiting                  // submitted, not yet accepted
	completing               // asked to complete at reception
	handling                 // accepted, at one of its steps
	completing2              // asked to complete at appraisal
	resolvedOnly             // the result waits to be handed over
)

// plan is one dossier to be.
type plan struct {
	seed      uint64
	version   *procedure.Version
	channel   string
	competent agency.ID
	desk      agency.ID
	place     string
	citizen   int // index, -1 for somebody without an account
	stop      stop
	asked     time.Time // at reception
	completed time.Time
	submitted time.Time
	answered  time.Time // accepted or refused
	limit     string
	minutes   int     // of the limit
	pace      float64 // share of the limit that handling takes
	steps     int     // handling: how many steps are behind it
	appraisal bool    // a supplement is asked while it is handled
	decline   bool
	rework    bool
	scope     string // of the code
	serial    int
	book      string // of the slip of the answer
	slip      int
}

// seed makes demos alike.
const seed = 0x6d6f74637561

// years is how long a history is.
const years = 2

// Plan plans n dossiers.
func Plan(w World, n int) (*History, error) {
	h := &History{w: w, forms: map[string]*form{}, shown: map[string]bool{}}
	for _, p := range w.Shown {
		h.shown[p] = true
	}
	today := day(w.Now)
	favoured := map[agency.ID]bool{}
	for _, p := range w.Shown {
		if post, ok := w.Catalogue.Tree().Post(p, today); ok {
			favoured[post.Agency] = true
		}
	}
	h.places(today)
	h.choose(today, favoured)
	if len(h.offers) == 0 {
		return nil, errors.New("no procedure of the catalogue can be carried out to its end: publish a pack first")
	}
	open := min(n/2+n%2, n*6/100+60)
	for i := range n {
		r := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // invents, guards nothing
		var p plan
		var err error
		for try := 0; ; try++ {
			if p, err = h.draw(r, i < open, i); err == nil {
				break
			}
			if try == 200 {
				return nil, fmt.Errorf("plan dossier %d: %w", i, err)
			}
		}
		h.plans = append(h.plans, p)
	}
	// Codes are given in the order of acceptance, whatever was filed first.
	slices.SortStableFunc(h.plans, func(a, b plan) int { return cmp.Or(a.last().Compare(b.last()), cmp.Compare(a.seed, b.seed)) })
	used := map[string]int{}
	for i := range h.plans {
		p := &h.plans[i]
		for _, x := range []struct {
			scope string
			n     *int
		}{{p.scope, &p.serial}, {p.book, &p.slip}} {
			if x.scope == "" {
				continue
			}
			if _, ok := used[x.scope]; !ok {
				used[x.scope] = w.Serials[x.scope]
			}
			used[x.scope]++
			*x.n = used[x.scope]
		}
	}
	return h, nil
}

// Len returns how many dossiers are planned.
func (h *History) Len() int { return len(h.plans) }

// last is the instant by which lives are written: of the acceptance, else of what reception did last.
func (p plan) last() time.Time {
	if !p.answered.IsZero() {
		return p.answered
	}
	return p.submitted
}

func day(t time.Time) string { return t.In(calendar.Zone).Format(time.DateOnly) }

// places lists where people live.
func (h *History) places(today string) {
	tree := h.w.Catalogue.Tree()
	province := h.w.Catalogue.Home(today).Place
	for _, c := range tree.Communes(today) {
		at := home{province: province, commune: c.Place}
		if h.w.Places != nil {
			u, ok := h.w.Places.Unit(c.Place)
			if !ok {
				continue
			}
			at.province = u.Province
		}
		h.near = append(h.near, at)
	}
	if len(h.near) > 0 {
		return
	}
	if h.w.Places != nil {
		for _, p := range h.w.Places.Provinces() {
			for _, c := range h.w.Places.Communes(p.Code) {
				h.near = append(h.near, home{province: p.Code, commune: c.Code})
			}
		}
	}
	if len(h.near) == 0 {
		h.near = []home{{province: "97", commune: "97001"}}
	}
}

// choose lists the procedures that have a form and whose every step has somebody to take it.
func (h *History) choose(today string, favoured map[agency.ID]bool) {
	tree := h.w.Catalogue.Tree()
	for rank, v := range h.w.Catalogue.All(today) {
		o := h.w.Catalogue.OfferOf(v, today)
		if o.Form.Value == nil || o.Process.Value == nil || len(o.Agencies) == 0 {
			continue
		}
		if len(dossier.Limits(*v, procedure.Direct)) == 0 {
			continue
		}
		if _, ok := h.forms[o.Form.Digest]; !ok {
			f, err := compile(o.Form.Value)
			if err != nil {
				continue // the pack's own check says so
			}
			h.forms[o.Form.Digest] = f
		}
		// What the pack describes itself is asked for most; of the rest a few are common.
		weight := 12 / (rank%40 + 1)
		if v.Form != "" || v.Process != "" || len(v.Competent) > 0 {
			weight = demand(v, o.ByCommune)
		}
		for _, id := range o.Agencies {
			if favoured[id] && !o.ByCommune {
				weight *= 5
				break
			}
		}
		if weight == 0 {
			weight = 1
		}
		if slices.ContainsFunc(o.Agencies, func(id agency.ID) bool { return h.staffed(o.Process.Value, id, tree.DeskOf(id, today), today) }) {
			h.offers = append(h.offers, offer{version: v, weight: weight})
			if !o.Process.Value.Straight() {
				h.joint = append(h.joint, v)
			}
		}
	}
}

// demand is how often a procedure is asked for beside others. What takes a day or less at the commune (certified
// copies, civil status) is most of a year's work; licences that take a month are a handful.
func demand(v *procedure.Version, commune bool) int {
	shortest := 0
	for _, t := range dossier.Limits(*v, procedure.Direct) {
		if l, err := deadline.ParseLimit(t.Limit); err == nil {
			if m := minutesOf(l); shortest == 0 || m < shortest {
				shortest = m
			}
		}
	}
	const workday = 8 * 60
	switch {
	case v.SameVisit:
		return 2500
	case commune && shortest <= workday:
		return 900
	case commune && shortest <= 3*workday:
		return 150
	case commune:
		return 60
	case shortest <= workday:
		return 60
	case shortest <= 3*workday:
		return 40
	case shortest <= 5*workday:
		return 20
	case shortest <= 10*workday:
		return 10
	}
	return 5
}

// staffed reports whether every step of the process has a post that may take it.
func (h *History) staffed(p *workflow.Process, competent, desk agency.ID, on string) bool {
	tree := h.w.Catalogue.Tree()
	if len(tree.Holders(desk, "", access.RoleReceiving, on)) == 0 {
		return false
	}
	for _, s := range p.Steps {
		if s.Role == "" || s.Kind == workflow.Ask || s.At == workflow.AtCommune || s.At == workflow.AtSuperior {
			continue // branches, and what other agencies do
		}
		at := agency.ID(s.At)
		switch s.At {
		case workflow.AtDesk:
			at = desk
		case workflow.AtCompetent:
			at = competent
		}
		if len(tree.Holders(at, s.Unit, s.Role, on)) == 0 {
			return false
		}
	}
	return true
}

var errDraw = errors.New("the draw does not fit")

// jointEvery is how many open dossiers come to one that several agencies have at once.
const jointEvery = 12

// draw plans one dossier. now says that it is still open.
func (h *History) draw(r *rand.Rand, now bool, i int) (plan, error) {
	p := plan{seed: uint64(i), citizen: -1} //nolint:gosec // an index
	p.version = h.drawOffer(r)
	p.stop = h.drawStop(r, now, i)
	if now && len(h.joint) > 0 && i%jointEvery == jointEvery-1 { // rare as they are, whoever looks around finds one at work
		p.version, p.stop = h.joint[i/jointEvery%len(h.joint)], handling
	}
	p.pace = pace(r)
	p.decline, p.rework, p.appraisal = r.IntN(100) < 4, r.IntN(100) < 4, r.IntN(100) < 7
	if len(h.w.Citizens) > 0 && (r.IntN(250) == 0 || i < 24*len(h.w.Citizens) && i%2 == 0) {
		p.citizen = r.IntN(len(h.w.Citizens))
	}
	p.submitted = h.w.Now
	if !now {
		p.submitted = h.w.Now.Add(-time.Duration(r.Int64N(int64(h.since(p.version)))))
	}
	if err := h.settle(r, &p); err != nil {
		return p, err
	}
	env, err := h.w.Clock(p.desk, p.submitted)
	if err != nil {
		return p, err
	}
	if now {
		err = h.current(r, &p, env)
	} else {
		err = h.past(r, &p, env)
	}
	if err != nil {
		return p, err
	}
	// What was imported lately cannot have been filed before it was in force.
	if v, err := h.w.Catalogue.Version(p.version.Code, calendar.DateOf(p.submitted).String()); err != nil || v.Digest != p.version.Digest {
		return p, errDraw
	}
	return p, h.number(&p)
}

// since is how far back dossiers of the version may lie: two years, or to its first day.
func (h *History) since(v *procedure.Version) time.Duration {
	back := years * 365 * 24 * time.Hour
	if from, err := calendar.ParseDate(v.From); err == nil {
		back = min(back, h.w.Now.Sub(from.At(0)))
	}
	return max(back, time.Minute)
}

func (h *History) drawOffer(r *rand.Rand) *procedure.Version {
	sum := 0
	for _, o := range h.offers {
		sum += o.weight
	}
	n := r.IntN(sum)
	for _, o := range h.offers {
		if n -= o.weight; n < 0 {
			return o.version
		}
	}
	return h.offers[0].version
}

// firsts makes sure that even a small history shows every state.
var firsts = []stop{waiting, handling, completing, handling, completing2, handling, resolvedOnly, waiting, handling, handling}

func (h *History) drawStop(r *rand.Rand, now bool, i int) stop {
	if !now {
		if r.IntN(100) < 3 {
			return refused
		}
		return atEnd
	}
	if i < 30 {
		return firsts[i%len(firsts)]
	}
	switch n := r.IntN(100); {
	case n < 18:
		return waiting
	case n < 25:
		return completing
	case n < 33:
		return completing2
	case n < 46:
		return resolvedOnly
	}
	return handling
}

// pace is the share of its limit that a dossier's handling takes: most in time, some late.
func pace(r *rand.Rand) float64 {
	switch n := r.IntN(100); {
	case n < 88:
		return 0.2 + 0.7*r.Float64()
	case n < 95:
		return 0.9 + 0.1*r.Float64()
	}
	return 1.05 + 0.6*r.Float64()
}

// settle chooses channel, agency and desk, as they stood on the day.
func (h *History) settle(r *rand.Rand, p *plan) error {
	on := day(p.submitted)
	v, err := h.w.Catalogue.Version(p.version.Code, on)
	if err != nil {
		return err
	}
	p.version = v
	o := h.w.Catalogue.OfferOf(v, on)
	if h.forms[o.Form.Digest] == nil || o.Process.Value == nil || len(o.Agencies) == 0 {
		return errDraw
	}
	p.place = one(r, h.near).commune
	if p.citizen >= 0 {
		if at := h.w.Citizens[p.citizen].Person.Address.Commune; at != "" {
			p.place = at
		}
	} else if len(h.shown) > 0 && o.ByCommune && r.IntN(5) == 0 {
		if a, ok := h.w.Catalogue.Tree().At(h.favourite(r, on, o.Agencies), on); ok && a.Place != "" {
			p.place = a.Place
		}
	}
	chosen := agency.ID("")
	if !o.ByCommune && len(o.Agencies) > 1 {
		chosen = one(r, o.Agencies)
	}
	if p.competent, err = o.Resolver(chosen, p.place); err != nil {
		p.competent = one(r, o.Agencies)
	}
	tree := h.w.Catalogue.Tree()
	p.desk = tree.DeskOf(p.competent, on)
	p.channel = procedure.Direct
	if v.Online != "none" && !v.SameVisit && (p.citizen >= 0 || r.IntN(100) < 55) {
		p.channel = procedure.Online
	}
	rules := law.At(calendar.DateOf(p.submitted))
	if p.channel == procedure.Direct && rules.Anywhere && r.IntN(12) == 0 {
		// Any desk receives for any agency. law: ND118-2025 14.2
		if desks := tree.Desks(on); len(desks) > 0 {
			p.desk = one(r, desks).ID
		}
	}
	if _, ok := tree.At(p.desk, on); !ok {
		return errDraw
	}
	if _, ok := tree.At(p.competent, on); !ok {
		return errDraw
	}
	if !h.staffed(o.Process.Value, p.competent, p.desk, on) {
		return errDraw
	}
	limits := dossier.Limits(*v, p.channel)
	if len(limits) == 0 {
		return errDraw
	}
	p.limit = limits[min(r.IntN(len(limits)), r.IntN(len(limits)))].Limit
	l, err := deadline.ParseLimit(p.limit)
	if err != nil {
		return err
	}
	p.minutes = minutesOf(l)
	return nil
}

// favourite is an agency of somebody who looks, if it may resolve.
func (h *History) favourite(r *rand.Rand, on string, among []agency.ID) agency.ID {
	for range 5 {
		if post, ok := h.w.Catalogue.Tree().Post(one(r, h.w.Shown), on); ok && slices.Contains(among, post.Agency) {
			return post.Agency
		}
	}
	return ""
}

// minutesOf is about how many working minutes a limit leaves.
func minutesOf(l deadline.Limit) int {
	switch l.Unit() {
	case deadline.WorkingHour:
		return l.Halves() * 30
	case deadline.WorkingDay:
		return l.Halves() * 240
	case deadline.Day:
		return l.Halves() * 170
	case deadline.Month:
		return l.Halves() * 22 * 240
	}
	return 60
}

// past walks forward from the submission to the answer of the desk.
func (h *History) past(r *rand.Rand, p *plan, env deadline.Env) (err error) {
	if p.submitted, err = work(env, p.submitted, r.IntN(30), r); err != nil {
		return err
	}
	delay := 4 + r.IntN(20)
	if p.channel == procedure.Online {
		delay = 15 + r.IntN(430)
	}
	at := p.submitted
	if p.stop == atEnd && !p.version.SameVisit && r.IntN(20) == 0 {
		if p.asked, err = work(env, at, delay, r); err != nil {
			return err
		}
		if p.completed, err = work(env, p.asked, 300+r.IntN(3000), r); err != nil {
			return err
		}
		at = p.completed
	}
	if p.answered, err = work(env, at, delay, r); err != nil {
		return err
	}
	// What has not come to pass yet is left out.
	switch now := h.w.Now; {
	case !p.submitted.Before(now):
		return errDraw
	case !p.asked.IsZero() && p.asked.Before(now) && !p.completed.Before(now):
		p.stop, p.answered = completing, time.Time{}
	case !p.answered.Before(now):
		p.stop, p.asked, p.answered = waiting, time.Time{}, time.Time{}
	}
	return nil
}

// current walks back from now, so that the dossier stands where it should.
func (h *History) current(r *rand.Rand, p *plan, env deadline.Env) (err error) {
	if p.version.SameVisit && (p.stop == handling || p.stop == completing2 || p.stop == resolvedOnly) {
		return errDraw // these are done while the person waits
	}
	now := h.w.Now
	switch p.stop {
	case waiting:
		age := 5 + r.IntN(370)
		switch n := r.IntN(100); {
		case n < 12:
			age = 490 + r.IntN(500)
		case n < 30:
			age = 365 + r.IntN(110)
		}
		if p.channel == procedure.Direct {
			age = 3 + r.IntN(30) // at the counter nobody waits for hours
		}
		p.submitted, err = back(env, now, age)
		return err
	case completing:
		age := 60 + r.IntN(3000)
		if p.seed%30 == 22 {
			age += 9000 // so long ago that the time to complete it is over
		}
		if p.asked, err = back(env, now, age); err == nil {
			p.submitted, err = back(env, p.asked, 20+r.IntN(400))
		}
		return err
	}
	elapsed := int(float64(p.minutes) * (0.05 + 0.7*r.Float64()))
	switch n := r.IntN(100); {
	case n < 12:
		elapsed = int(float64(p.minutes)*(1.05+0.5*r.Float64())) + 60
	case n < 30:
		elapsed = int(float64(p.minutes) * (0.82 + 0.17*r.Float64()))
	}
	if p.stop == resolvedOnly {
		elapsed = int(float64(p.minutes)*p.pace) + 30 + r.IntN(1500)
	}
	if p.answered, err = back(env, now, max(elapsed, 2)); err != nil {
		return err
	}
	delay := 4 + r.IntN(20)
	if p.channel == procedure.Online {
		delay = 15 + r.IntN(300)
	}
	p.submitted, err = back(env, p.answered, delay)
	p.steps = r.IntN(5)
	return err
}

// number resolves the scope of the code, and sees that the deadline can be computed at all.
func (h *History) number(p *plan) error {
	if p.stop == waiting || p.stop == completing {
		return nil
	}
	on := calendar.DateOf(p.answered)
	if p.stop == refused {
		p.book = dossier.SlipScope(dossier.FormRefusal, p.desk, on.Year())
		return nil
	}
	p.book = dossier.SlipScope(dossier.FormReceipt, p.desk, on.Year())
	tree := h.w.Catalogue.Tree()
	desk, ok := tree.At(p.desk, on.String())
	competent, ok2 := tree.At(p.competent, on.String())
	if !ok || !ok2 {
		return errDraw
	}
	env, err := h.w.Clock(p.competent, p.answered)
	if err != nil {
		return err
	}
	l, err := deadline.ParseLimit(p.limit)
	if err != nil {
		return err
	}
	if _, err := deadline.Compute(p.answered, l, env); err != nil {
		return err
	}
	parties := dossier.CodeParties{Receiving: desk.Code, Resolving: competent.Code, Online: p.channel == procedure.Online}
	p.scope = dossier.CodeScope(dossier.CodeAgency(law.At(on), parties), on)
	return nil
}

// longest bounds how many days are looked through for working time.
const longest = 400

// work moves on by so many minutes of the office's working time, landing inside it.
func work(env deadline.Env, t time.Time, minutes int, r *rand.Rand) (time.Time, error) {
	d, m := calendar.DateOf(t), calendar.MinuteOf(t)
	for range longest {
		today, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			return t, err
		}
		for _, s := range today.Hours {
			from := max(m, s.From)
			if from >= s.To {
				continue
			}
			if left := int(s.To - from); minutes >= left {
				minutes -= left
				continue
			}
			return d.At(from + calendar.Minute(minutes)).Add(time.Duration(r.IntN(60)) * time.Second).UTC(), nil
		}
		d, m = d.AddDays(1), 0
	}
	return t, errDraw
}

// back is work towards the past.
func back(env deadline.Env, t time.Time, minutes int) (time.Time, error) {
	d, m := calendar.DateOf(t), calendar.MinuteOf(t)
	for range longest {
		today, err := env.Office.Day(env.Calendar, d)
		if err != nil {
			return t, err
		}
		for _, s := range slices.Backward(today.Hours) {
			to := min(m, s.To)
			if to <= s.From {
				continue
			}
			if has := int(to - s.From); minutes > has {
				minutes -= has
				continue
			}
			return d.At(to - calendar.Minute(minutes)).UTC(), nil
		}
		d, m = d.AddDays(-1), 24*60
	}
	return t, errDraw
}
