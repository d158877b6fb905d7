package dossierfill

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Life lives the i-th dossier of the plan. It may be called from several goroutines. Lives are written in the
// order of i: codes follow it.
func (h *History) Life(i int) (*dossier.Life, error) {
	p := h.plans[i]
	x := &living{h: h, p: p, r: rand.New(rand.NewPCG(seed+1, p.seed))} //nolint:gosec // invents, guards nothing
	err := x.live()
	if err == nil {
		err = x.turns()
	}
	if err != nil {
		return nil, fmt.Errorf("dossier %d, procedure %s: %w", p.seed, p.version.Code, err)
	}
	return x.life, nil
}

// living is a dossier on its way.
type living struct {
	h       *History
	p       plan
	r       *rand.Rand
	life    *dossier.Life
	process *workflow.Process
}

func (x *living) live() error {
	p := x.p
	x.life = dossier.NewLife(journal.NewID(p.submitted))
	if err := x.submit(); err != nil {
		return err
	}
	if !p.asked.IsZero() {
		if err := x.supplement(p.asked, p.completed); err != nil || p.stop == completing {
			return err
		}
	}
	switch p.stop {
	case waiting:
		return nil
	case refused:
		return x.refuse()
	}
	if err := x.accept(); err != nil {
		return err
	}
	return x.handle()
}

// facts are what a decision at t is made on.
func (x *living) facts(t time.Time) (dossier.Facts, error) {
	f := dossier.Facts{Now: t, Rules: law.At(calendar.DateOf(t)), Procedure: *x.p.version, Process: *x.process, Number: x.number}
	if d := x.life.State(); d.Accepted() {
		f.Rules, _ = law.ByID(d.Law)
	}
	var err error
	if f.Clock, err = x.h.w.Clock(x.p.competent, t); err != nil {
		return f, err
	}
	d := x.life.State()
	f.Offices = dossier.NewOffices(world{x.h.w}, d, t, nil)
	if p, ok := x.h.w.Catalogue.PinnedProcess(d.Process.Digest); ok {
		f.World = dossier.GuardsOf(x.h.w.Catalogue, d, x.p.version, p, t)
	}
	f.DeskClock, err = x.h.w.Clock(x.p.desk, t)
	return f, err
}

// world is what dossiers ask of the province they live in.
type world struct{ w World }

func (w world) Catalogue() *procedure.Catalogue { return w.w.Catalogue }

func (w world) Clock(id agency.ID, at time.Time) (deadline.Env, error) { return w.w.Clock(id, at) }

// number hands out the number that the plan gave the slip of the answer. Other books are not kept for invented
// histories: nobody planned their numbers.
func (x *living) number(scope string) (int, error) {
	if scope != x.p.book {
		return 0, nil
	}
	x.life.Numbers[scope] = x.p.slip
	return x.p.slip, nil
}

func (x *living) record(events ...journal.Event) error { return x.life.Append(events...) }

func (x *living) record1(e journal.Event, err error) error {
	if err != nil {
		return err
	}
	return x.life.Append(e)
}

// in is somebody acting in a post, with the rights its roles had on the day.
func (x *living) in(post agency.Post, on string) access.Actor {
	a := access.Actor{Post: post.ID, PostTitle: post.Title, Agency: post.Agency, Unit: post.Unit, Roles: post.Roles, Rights: access.Rights{}}
	if x.h.w.Person != nil {
		a.Person = x.h.w.Person(post.ID)
	}
	rights := x.h.w.Catalogue.Rights(on)
	for _, role := range post.Roles {
		for _, name := range rights[role] {
			a.Rights[access.Permission(name)] = true
		}
	}
	return a
}

var errNobody = errors.New("nobody holds the step")

// holder is who takes work of the holder: the named post, else one of those that may, a shown one rather.
func (x *living) holder(at casefile.Holder, on string) (access.Actor, error) {
	tree := x.h.w.Catalogue.Tree()
	if at.Post != "" {
		post, ok := tree.Post(at.Post, on)
		if !ok {
			return access.Actor{}, errNobody
		}
		return x.in(post, on), nil
	}
	posts := tree.Holders(at.Agency, at.Unit, at.Role, on)
	if len(posts) == 0 {
		return access.Actor{}, errNobody
	}
	return x.in(x.choose(posts), on), nil
}

func (x *living) choose(posts []agency.Post) agency.Post {
	for _, p := range posts {
		if x.h.shown[p.ID] && x.r.IntN(2) == 0 {
			return p
		}
	}
	return one(x.r, posts)
}

// applicant acts for whom the dossier is: the account, or the product itself where there is none.
func (x *living) applicant() access.Actor {
	if x.p.citizen < 0 {
		return access.Actor{System: true}
	}
	c := x.h.w.Citizens[x.p.citizen]
	return access.Actor{Person: c.Account, Name: c.Person.Name, Citizen: true, Roles: []string{access.RoleCitizen}, Rights: access.Rights{access.DossierFile: true}}
}

func (x *living) submit() error {
	p, on := x.p, day(x.p.submitted)
	o := x.h.w.Catalogue.OfferOf(p.version, on)
	form := x.h.forms[o.Form.Digest]
	if form == nil || o.Process.Value == nil {
		return errors.New("form or process is not in force")
	}
	x.process = o.Process.Value
	f, err := x.facts(p.submitted)
	if err != nil {
		return err
	}
	var known eform.Person
	at := home{commune: p.place}
	for _, n := range x.h.near {
		if n.commune == p.place {
			at = n
		}
	}
	if at.province == "" {
		at = x.h.near[0]
	}
	if p.citizen >= 0 {
		known = x.h.w.Citizens[p.citizen].Person
	}
	given := eform.Given{Now: p.submitted, Places: x.h.w.Places}
	answers, err := form.answer(x.r, given, p.version.Name, at, x.h.near, known)
	if err != nil {
		return err
	}
	canonical, err := answers.Canonical()
	if err != nil {
		return err
	}
	sub := dossier.Submission{
		Channel: p.channel, Form: dossier.Pin{ID: o.Form.ID, Digest: o.Form.Digest}, Process: dossier.Pin{ID: o.Process.ID, Digest: o.Process.Digest},
		Desk: p.desk, Competent: p.competent, Owner: x.party(form.Subject(answers)), Answers: canonical, Papers: x.papers(),
	}
	by := x.applicant()
	if p.citizen >= 0 {
		sub.Account = by.Person
	}
	if p.channel != procedure.Online {
		if by, err = x.holder(dossier.Reception(p.desk), on); err != nil {
			return err
		}
		sub.Account = ""
	}
	return x.record1(dossier.Submit(f, by, sub))
}

func (x *living) party(s eform.Person) dossier.Party {
	out := dossier.Party{Name: strings.TrimSpace(s.Name), Number: s.Number, Birth: s.Birth, Phone: s.Phone, Email: s.Email, Address: s.AddressText}
	if out.Address == "" {
		out.Address = s.Address.Line(x.h.w.Places)
	}
	if out.Name == "" {
		out.Name = name(x.r, "")
	}
	return out
}

// papers are what was lodged: sample files where it was filed online, else the paper itself.
func (x *living) papers() []dossier.Paper {
	var out []dossier.Paper
	for _, c := range x.p.version.Components {
		if c.Note || !c.Required && x.r.IntN(4) > 0 {
			continue
		}
		p := dossier.Paper{Component: c.ID, Name: paperName(c.Name), Form: "paper", Count: max(1, c.Originals+c.Copies)}
		if len(x.h.w.Papers) > 0 && (x.p.channel == procedure.Online || x.r.IntN(5) == 0) {
			sample := one(x.r, x.h.w.Papers)
			p.Name, p.Type, p.Size, p.Hash, p.Form, p.Count = sample.Name, sample.Type, sample.Size, sample.Hash, "electronic", 1
		}
		out = append(out, p)
	}
	return out
}

func paperName(s string) string {
	if rs := []rune(s); len(rs) > 80 {
		return strings.TrimSpace(string(rs[:80])) + "…"
	}
	return s
}

var (
	askReasons  = []string{"Hồ sơ chưa đủ thành phần theo quy định.", "Thông tin trong tờ khai chưa khớp với giấy tờ kèm theo.", "Bản chụp không rõ, không đọc được số và ngày cấp."}
	askGuidance = []string{"Ông/bà nộp bổ sung trực tuyến hoặc tại nơi đã nộp hồ sơ.", "Ông/bà chụp lại giấy tờ ở nơi đủ sáng rồi gửi lại.", ""}
	notes       = []string{"Đủ điều kiện, kính trình.", "Đã đối chiếu với dữ liệu gốc, không có sai lệch.", "Đã kiểm tra thực địa, phù hợp.", "Kính trình lãnh đạo xem xét.", ""}
	backNotes   = []string{"Bổ sung căn cứ pháp lý trong dự thảo.", "Kiểm tra lại thông tin người đề nghị.", "Sửa thể thức văn bản."}
	declines    = []string{"Không đáp ứng điều kiện theo quy định của pháp luật hiện hành.", "Thông tin kê khai không đúng với kết quả xác minh.", "Đối tượng đề nghị không thuộc phạm vi giải quyết của thủ tục."}
	refusals    = []string{"Thủ tục không thuộc thẩm quyền giải quyết của cơ quan.", "Hồ sơ không thuộc đối tượng thực hiện thủ tục.", "Nội dung đề nghị trùng với hồ sơ đang giải quyết."}
)

// supplement asks for what is missing and, when completed is set, receives it.
func (x *living) supplement(asked, completed time.Time) error {
	d := x.life.State()
	f, err := x.facts(asked)
	if err != nil {
		return err
	}
	by, err := x.holder(d.Holder, day(asked))
	if err != nil {
		return err
	}
	item := "Tờ khai ghi đầy đủ các mục"
	if c := x.p.version.Components; len(c) > 0 {
		item = paperName(one(x.r, c).Name)
	}
	request := dossier.SupplementRequest{Items: []string{item}, Reason: one(x.r, askReasons), Guidance: one(x.r, askGuidance)}
	if last, err := d.AskBy(f); err == nil && d.Accepted() && asked.After(last) {
		request.Basis = "Quy định của pháp luật chuyên ngành về kiểm tra thực tế"
	}
	err = x.record1(d.RequestSupplement(f, by, request))
	if err != nil || completed.IsZero() || !completed.Before(x.h.w.Now) {
		return err
	}
	if f, err = x.facts(completed); err != nil {
		return err
	}
	by = x.applicant()
	if d.Channel != procedure.Online {
		if by, err = x.holder(dossier.Reception(d.Desk), day(completed)); err != nil {
			return err
		}
	}
	return x.record1(d.Complete(f, by, dossier.SupplementCommand{Answers: d.Answers, Papers: d.Papers}))
}

func (x *living) refuse() error {
	d := x.life.State()
	f, err := x.facts(x.p.answered)
	if err != nil {
		return err
	}
	by, err := x.holder(d.Holder, day(x.p.answered))
	if err != nil {
		return err
	}
	return x.record1(d.Refuse(f, by, one(x.r, refusals), ""))
}

func (x *living) accept() error {
	d := x.life.State()
	f, err := x.facts(x.p.answered)
	if err != nil {
		return err
	}
	by, err := x.holder(d.Holder, day(x.p.answered))
	if err != nil {
		return err
	}
	prefix, _, _ := strings.Cut(x.p.scope, "/")
	code, err := dossier.FormatCode(prefix, calendar.DateOf(x.p.answered), x.p.serial)
	if err != nil {
		return err
	}
	x.life.Numbers[x.p.scope] = x.p.serial
	return x.record1(d.Accept(f, by, code, x.p.limit))
}

// mostActs bounds the acts of one dossier, should a process lead in circles.
const mostActs = 40

// handle walks the steps of the process until the dossier stands where the plan has it, or now is reached.
func (x *living) handle() error {
	p := x.p
	minutes := int(float64(p.minutes) * p.pace)
	if p.version.SameVisit {
		minutes = 5 + x.r.IntN(50)
	}
	at := p.answered
	rework := p.rework
	for n := range mostActs {
		d := x.life.State()
		if d.Status != dossier.Processing && d.Status != dossier.Resolved {
			return nil
		}
		switch {
		case p.stop == handling && n >= p.steps && d.Status == dossier.Processing:
			return nil
		case p.stop == resolvedOnly && d.Status == dossier.Resolved:
			return nil
		}
		turn, action, ok := x.next(&rework)
		if !ok {
			if woke, err := x.wake(&at); err != nil || !woke {
				return err
			}
			continue
		}
		if p.stop == handling && action.Means == workflow.Result {
			return nil // the last step before the result is far enough
		}
		env, err := x.h.w.Clock(turn.Holder.Agency, at)
		if err != nil {
			return err
		}
		share := max(1, minutes/6)
		spend := 1 + x.r.IntN(2*share)
		if d.Status == dossier.Resolved {
			spend = 20 + x.r.IntN(1500)
			if p.version.SameVisit {
				spend = 1 + x.r.IntN(5)
			}
		}
		if p.stop == handling || p.stop == completing2 || p.stop == resolvedOnly {
			// It must arrive before now: what is left is shared out.
			spend = min(spend, max(1, x.left(env, at)/6))
		}
		next, err := work(env, at, spend, x.r)
		if err != nil || !next.Before(x.h.w.Now) {
			return nil //nolint:nilerr // the calendar ends, or now is reached: it stands here
		}
		at = next
		if (p.appraisal || p.stop == completing2) && action.Means == workflow.SubmitUp && len(d.Supplements) == 0 && d.Status == dossier.Processing && !p.version.SameVisit {
			done, err := x.completion(env, at)
			if err != nil {
				return err
			}
			if err := x.supplement(at, done); err != nil {
				return err
			}
			if p.stop == completing2 || x.life.State().Pending() != nil {
				return nil
			}
			at = done
			continue
		}
		if err := x.act(turn, action, at); err != nil {
			return err
		}
	}
	return nil
}

// wake lets the product do what it does by itself when the next time comes, if that is before now.
func (x *living) wake(at *time.Time) (bool, error) {
	d := x.life.State()
	next := d.NextWake()
	if next.IsZero() || !next.Before(x.h.w.Now) {
		return false, nil
	}
	if next.After(*at) {
		*at = next
	}
	f, err := x.facts(*at)
	if err != nil {
		return false, err
	}
	return true, x.record1(d.Wake(f))
}

// completion is when the applicant brings what was asked; zero when it is still awaited.
func (x *living) completion(env deadline.Env, asked time.Time) (time.Time, error) {
	if x.p.stop == completing2 {
		return time.Time{}, nil
	}
	done, err := work(env, asked, 400+x.r.IntN(3000), x.r)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // beyond the calendar: still awaited
	}
	l, err := deadline.ParseLimit(x.p.limit)
	if err != nil {
		return time.Time{}, err
	}
	if _, err := deadline.At(done, l, env); err != nil {
		return time.Time{}, nil //nolint:nilerr // a new date could not be promised
	}
	return done, nil
}

// left is about how many working minutes lie between at and now.
func (x *living) left(env deadline.Env, at time.Time) int {
	sum := 0
	for d := calendar.DateOf(at); sum < 100*480; d = d.AddDays(1) {
		today, err := env.Office.Day(env.Calendar, d)
		if err != nil || d.After(calendar.DateOf(x.h.w.Now)) {
			break
		}
		for _, s := range today.Hours {
			from, to := s.From, s.To
			if d == calendar.DateOf(at) {
				from = max(from, calendar.MinuteOf(at))
			}
			if d == calendar.DateOf(x.h.w.Now) {
				to = min(to, calendar.MinuteOf(x.h.w.Now))
			}
			sum += max(0, int(to-from))
		}
	}
	return sum
}

// next is the work that is done next and the action taken on it: whoever waits for others leaves them to it.
func (x *living) next(rework *bool) (dossier.Standing, workflow.Action, bool) {
	d := x.life.State()
	for _, s := range d.Work() {
		def, ok := x.process.Find(s.Step)
		if !ok || s.Waits && (def.Kind != workflow.Wait || def.For == workflow.ForTime) {
			continue
		}
		t, _ := d.Run.Token(s.Token)
		if a, ok := x.pick(def.Acts(t), rework); ok {
			return s, a, true
		}
	}
	return dossier.Standing{}, workflow.Action{}, false
}

func (x *living) pick(acts []workflow.Action, rework *bool) (workflow.Action, bool) {
	var out workflow.Action
	for _, a := range acts {
		switch {
		case out.ID == "" && a.Means != workflow.SendBack && a.Means != workflow.Decline, a.Primary:
			out = a
		}
	}
	for _, a := range acts {
		switch {
		case a.Means == workflow.Decline && x.p.decline:
			return a, true
		case a.Means == workflow.SendBack && *rework && out.Means == workflow.Approve:
			*rework = false
			return a, true
		}
	}
	return out, out.ID != ""
}

func (x *living) act(turn dossier.Standing, a workflow.Action, at time.Time) error {
	d := x.life.State()
	on := day(at)
	f, err := x.facts(at)
	if err != nil {
		return err
	}
	by, err := x.holder(turn.Holder, on)
	if errors.Is(err, errNobody) {
		return nil // it waits for somebody to be appointed
	}
	if err != nil {
		return err
	}
	c := dossier.ActCommand{Action: a.ID, Token: turn.Token}
	switch a.Means {
	case workflow.Assign:
		if c.Post = x.assignee(turn, a, by, on); c.Post == "" {
			return nil
		}
	case workflow.SendBack:
		c.Note = one(x.r, backNotes)
	case workflow.Decline:
		c.Note = one(x.r, declines)
	case workflow.Result:
		c.Result = x.result(at)
		c.File = x.file(c.Result)
	case workflow.Complete:
		c.Result = x.result(at)
	case workflow.Hand:
		if d.Channel == procedure.Online {
			c.Method = one(x.r, []string{procedure.Online, procedure.Online, procedure.Direct, procedure.Post})
		}
	default:
		c.Note = one(x.r, notes)
		if a.Note && c.Note == "" {
			c.Note = notes[0]
		}
		if workflow.Natures[a.Means].Note && c.Note == "" {
			c.Note = notes[0]
		}
	}
	events, err := d.Act(f, by, c)
	if err != nil {
		return err
	}
	if err := x.record(events...); err != nil {
		return err
	}
	return x.rate(at)
}

// rate lets one person in three say at the counter what they thought of it.
func (x *living) rate(at time.Time) error {
	d := x.life.State()
	if d.MayRate() != nil || x.r.IntN(3) > 0 {
		return nil
	}
	grade := func() dossier.Grade {
		return one(x.r, []dossier.Grade{dossier.VerySatisfied, dossier.VerySatisfied, dossier.VerySatisfied, dossier.Satisfied, dossier.Satisfied, dossier.Satisfied, dossier.NotSatisfied})
	}
	f, err := x.facts(at)
	if err != nil {
		return err
	}
	c := dossier.RateCommand{Via: dossier.RatedAtDesk, Overall: grade(), Items: map[string]dossier.Grade{}}
	for _, id := range f.Rules.Rating.Items {
		if x.r.IntN(2) == 0 {
			c.Items[id] = grade()
		}
	}
	e, err := d.Rate(f, access.Actor{System: true}, c)
	if err != nil {
		return err
	}
	return x.record(e)
}

// assignee is whom the work is given to: somebody of the giver's own unit rather.
func (x *living) assignee(turn dossier.Standing, a workflow.Action, by access.Actor, on string) string {
	part, _ := workflow.Split(turn.Step)
	to, ok := x.process.Find(workflow.Address(part, a.To))
	if !ok {
		return ""
	}
	at := agency.ID(to.At)
	switch {
	case to.At == workflow.AtDesk:
		at = x.p.desk
	case to.At == workflow.AtCompetent && part == "":
		at = x.p.competent
	case to.At == workflow.AtCompetent: // of the sub-case
		at = by.Agency
	}
	tree := x.h.w.Catalogue.Tree()
	posts := tree.Holders(at, to.Unit, to.Role, on)
	own := slices.DeleteFunc(slices.Clone(posts), func(p agency.Post) bool { return p.Unit != by.Unit })
	if len(own) > 0 {
		posts = own
	}
	if len(posts) == 0 {
		return ""
	}
	return x.choose(posts).ID
}

func (x *living) result(at time.Time) dossier.Result {
	name := "Kết quả: " + paperName(x.p.version.Name)
	if len(x.p.version.Results) > 0 {
		name = paperName(one(x.r, x.p.version.Results).Name)
	}
	if x.life.State().Outcome == dossier.NotEligible {
		name = "Văn bản trả lời không đủ điều kiện giải quyết"
	}
	a, _ := x.h.w.Catalogue.Tree().At(x.p.competent, day(at))
	return dossier.Result{Number: fmt.Sprintf("%d/KQ-%s", 1+x.r.IntN(5000), a.Code), Name: name}
}

// file is the signed result as a sample file, for some.
func (x *living) file(r dossier.Result) *dossier.Paper {
	if len(x.h.w.Papers) == 0 || x.r.IntN(3) > 0 {
		return nil
	}
	p := one(x.r, x.h.w.Papers)
	p.Name = strings.ReplaceAll(r.Number, "/", "-") + ".pdf"
	p.Form = "electronic"
	return &p
}
