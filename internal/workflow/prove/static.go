package prove

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/workflow"
)

var idForm = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// bad keeps a finding about the text of the definition, for which there is no run.
func (c *checker) bad(k Kind, step, path, format string, args ...any) {
	c.add(Finding{Kind: k, Step: step, Path: path, Text: fmt.Sprintf(format, args...)})
}

// static checks the definition word by word.
func (c *checker) static() {
	p := c.p
	if n := len(c.places); n > MaxSteps {
		path := ".steps"
		if len(p.Steps) > MaxSteps {
			path = index(path, MaxSteps)
		}
		c.bad(TooLarge, "", path, "%s", sayTooLarge(n))
	}
	if !idForm.MatchString(p.ID) || p.Title == "" {
		c.bad(Malformed, "", ".id", "Quy trình %q cần mã gồm chữ thường không dấu, chữ số, dấu gạch nối, và cần tên.", p.ID)
	}
	c.steps("", ".steps", p.Steps)
	if _, ok := p.Find(p.Start); !ok || strings.Contains(p.Start, "/") {
		c.bad(Unknown, "", ".start", "Quy trình bắt đầu ở %q, không phải là bước nào.", p.Start)
	}
	seen := map[string]bool{}
	for i, q := range p.Parts {
		path := index(".parts", i)
		if seen[q.ID] || !idForm.MatchString(q.ID) {
			c.bad(Malformed, "", path+".id", "Mã phần %q bị trùng hoặc không gồm chữ thường không dấu, chữ số, dấu gạch nối.", q.ID)
		}
		seen[q.ID] = true
		if q.Title == "" {
			c.bad(Malformed, "", path, "Phần %s không có tên.", q.ID)
		}
		c.steps(q.ID, path+".steps", q.Steps)
		if _, ok := p.Find(workflow.Address(q.ID, q.Start)); !ok {
			c.bad(Unknown, "", path+".start", "Phần %s bắt đầu ở %q, không phải là bước nào của nó.", q.ID, q.Start)
		}
	}
}

// one tells which kinds have exactly one way on.
var one = []workflow.Kind{workflow.Join, workflow.Wait, workflow.Ask, workflow.Sub, workflow.Auto}

func (c *checker) steps(part, path string, steps []workflow.Step) {
	ids := make(map[string]bool, len(steps))
	for _, s := range steps {
		ids[s.ID] = true
	}
	seen := map[string]bool{}
	for i := range steps {
		s, at := &steps[i], index(path, i)
		address := workflow.Address(part, s.ID)
		if seen[s.ID] || !idForm.MatchString(s.ID) {
			c.bad(Malformed, address, at+".id", "Mã bước %q bị trùng hoặc không gồm chữ thường không dấu, chữ số, dấu gạch nối.", s.ID)
		}
		seen[s.ID] = true
		if s.Title == "" {
			c.bad(Malformed, address, at, "Bước %s không có tên.", s.ID)
		}
		if !slices.Contains(workflow.Kinds, s.Kind) {
			c.bad(Malformed, address, at+".kind", "Loại bước %q không có.", s.Kind)
		}
		c.ways(address, at, s, ids)
		c.actions(address, at, s, ids)
		c.words(address, at, s)
	}
}

// ways checks where a step leads on.
func (c *checker) ways(address, at string, s *workflow.Step, ids map[string]bool) {
	switch {
	case slices.Contains(one, s.Kind) && len(s.To) != 1 && (s.Kind != workflow.Wait || len(s.Actions) == 0):
		c.bad(NoTarget, address, at+".to", "Bước %s phải có đúng một lối đi tiếp, đang có %d.", c.name(address), len(s.To))
	case (s.Kind == workflow.Choice || s.Kind == workflow.Fork) && len(s.To) == 0:
		c.bad(NoTarget, address, at+".to", "Bước %s không có lối đi tiếp nào.", c.name(address))
	case s.Kind == workflow.Task && len(s.To) > 0:
		c.bad(Malformed, address, at+".to", "Bước %s là việc do người làm: lối đi phải ghi trong hành động, không ghi ở đây.", c.name(address))
	}
	for i, f := range s.To {
		if !ids[f.To] {
			c.bad(Unknown, address, index(at+".to", i), "Bước %s dẫn đến bước %q không tồn tại.", c.name(address), f.To)
		}
		if f.When != "" && slices.Contains(one, s.Kind) {
			c.bad(Malformed, address, index(at+".to", i)+".when", "Lối duy nhất của bước %s không kèm điều kiện được.", c.name(address))
		}
	}
	if l := s.Late; l != nil {
		if l.To != "" && !ids[l.To] {
			c.bad(Unknown, address, at+".late.to", "Quá hạn ở bước %s dẫn đến bước %q không tồn tại.", c.name(address), l.To)
		}
		if l.Tell != "" && !access.KnownRole(l.Tell) {
			c.bad(Unknown, address, at+".late.tell", "Quá hạn ở bước %s báo cho vai trò %q không có.", c.name(address), l.Tell)
		}
		if s.Limit == "" {
			c.bad(Malformed, address, at+".late", "Bước %s nói việc phải làm khi quá hạn nhưng không có thời hạn.", c.name(address))
		}
	}
}

func (c *checker) actions(address, at string, s *workflow.Step, ids map[string]bool) {
	if len(s.Actions) > 0 && s.Kind != workflow.Task && s.Kind != workflow.Wait && s.Kind != workflow.Ask {
		c.bad(Malformed, address, at+".actions", "Bước %s tự chạy qua, không ai bấm hành động ở đó.", c.name(address))
	}
	seen := map[string]bool{}
	for i, a := range s.Actions {
		at := index(at+".actions", i)
		if seen[a.ID] || !idForm.MatchString(a.ID) {
			c.bad(Malformed, address, at, "Mã hành động %q của bước %s bị trùng hoặc không gồm chữ thường không dấu, chữ số, dấu gạch nối.", a.ID, c.name(address))
		}
		seen[a.ID] = true
		if a.Label == "" {
			c.bad(Malformed, address, at, "Hành động %s của bước %s không có tên trên nút.", a.ID, c.name(address))
		}
		if !slices.Contains(workflow.Meanings, a.Means) {
			c.bad(Unknown, address, at+".means", "Ý nghĩa %q của hành động %s không có.", a.Means, a.ID)
		}
		if a.To != "" && !ids[a.To] {
			c.bad(Unknown, address, at+".to", "Hành động «%s» dẫn đến bước %q không tồn tại.", a.Label, a.To)
		}
		if a.To != "" && workflow.Natures[a.Means].Ends && a.Means != workflow.Answer {
			c.bad(Malformed, address, at+".to", "Hành động «%s» giao kết quả cho người dân thì phải là hành động cuối cùng.", a.Label)
		}
	}
}

// words checks the values of a step's other keys.
func (c *checker) words(address, at string, s *workflow.Step) {
	name := c.name(address)
	held := s.Kind == workflow.Task || s.Kind == workflow.Ask || s.Kind == workflow.Wait && s.Role != ""
	if held && (!access.KnownRole(s.Role) || s.Role == access.RoleCitizen) {
		c.bad(Unknown, address, at+".role", "Vai trò %q của bước %s không có hoặc không phải vai trò của cơ quan.", s.Role, name)
	}
	if s.Limit != "" {
		_, share := Share(s.Limit)
		if _, err := deadline.ParseLimit(s.Limit); err != nil && !share {
			c.bad(Malformed, address, at+".limit", "Thời hạn %q của bước %s không hiểu được (4wh, 2wd, 15d, 1m, 30%%).", s.Limit, name)
		}
	}
	oneOf := func(key, value string, among ...string) {
		if !slices.Contains(among, value) {
			c.bad(Malformed, address, at+"."+key, "Giá trị %q của %s ở bước %s không dùng được (%s).", value, key, name, strings.TrimPrefix(strings.Join(among, ", "), ", "))
		}
	}
	oneOf("assign", s.Assign, workflow.AssignPool, "pool", workflow.AssignLoad, workflow.AssignArea, workflow.AssignSame)
	switch s.Kind {
	case workflow.Wait:
		oneOf("for", s.For, workflow.ForTime, workflow.ForPaper, workflow.ForPayment, workflow.ForAnswer)
		if s.For == workflow.ForTime && s.Limit == "" {
			c.bad(Malformed, address, at, "Bước %s chờ hết thời hạn nhưng không có thời hạn.", name)
		}
	case workflow.Auto:
		oneOf("does", s.Does, workflow.DoesNotice, workflow.DoesNote)
		if s.Text == "" {
			c.bad(Malformed, address, at, "Bước tự động %s không có nội dung.", name)
		}
	case workflow.Join, workflow.Ask:
		n, err := strconv.Atoi(s.Need)
		if s.Need != "" && s.Need != workflow.NeedAll && s.Need != workflow.NeedAny && (err != nil || n < 1) {
			c.bad(Malformed, address, at+".need", "Số nhánh cần có %q ở bước %s không hiểu được (all, any hoặc một số).", s.Need, name)
		}
		if s.Kind == workflow.Ask && len(s.Of) > 0 && n > len(s.Of) {
			c.bad(Malformed, address, at+".need", "Bước %s cần %d câu trả lời mà chỉ hỏi %d cơ quan.", name, n, len(s.Of))
		}
	case workflow.Sub:
		if _, ok := c.p.Part(s.Part); !ok {
			c.bad(Unknown, address, at+".part", "Bước %s chạy qua phần %q không tồn tại.", name, s.Part)
		}
		if s.Procedure != "" && c.w.Procedure != nil && !c.w.Procedure(s.Procedure) {
			c.bad(Unknown, address, at+".procedure", "Bước %s giải quyết thủ tục %q không tồn tại.", name, s.Procedure)
		}
	}
	if s.Form != "" && c.w.Form != nil && !c.w.Form(s.Form) {
		c.bad(Unknown, address, at+".form", "Biểu mẫu %q của bước %s không tồn tại.", s.Form, name)
	}
}

// Share reads a share of the legal limit: "30%" is 30. ok is false for other texts.
func Share(limit string) (percent int, ok bool) {
	text, is := strings.CutSuffix(limit, "%")
	n, err := strconv.Atoi(text)
	return n, is && err == nil && n >= 1 && n <= 100
}

// World is what a process runs in. What is left empty is not checked against.
type World struct {
	Guards    Guards
	Tree      *agency.Tree
	Days      []string                     // the first day, and every later one on which the tree changes; see Days
	Competent func(day string) []agency.ID // agencies that resolve by this process
	Form      func(id string) bool
	Procedure func(code string) bool
	Uses      []Use
	Workday   int // minutes of a working day; 0: eight hours
}

// Use is a procedure that runs through the process.
type Use struct {
	Code       string
	Limits     []string          // legal limits, as package deadline writes them; others are not compared
	Results    []string          // names
	Components map[string]string // papers: id → name
	Sections   []string          // ids of the form's sections
}

// Days returns from and every later day on which an agency or a post begins or ends.
func Days(from string, agencies []agency.Agency, posts []agency.Post) []string {
	out := []string{from}
	put := func(day string) {
		if day > from {
			out = append(out, day)
		}
	}
	for _, a := range agencies {
		put(a.From)
		put(a.Until)
	}
	for _, p := range posts {
		put(p.From)
		put(p.Until)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// world checks the definition against who works where and what the procedures need.
func (c *checker) world() {
	if c.w.Tree != nil && len(c.w.Days) > 0 {
		for i := range c.p.Steps {
			c.held(c.p.Steps[i].ID, &c.p.Steps[i], "")
		}
		for i := range c.p.Parts {
			q := &c.p.Parts[i]
			var within []string // where its sub-cases are
			c.p.Each(func(_ string, s *workflow.Step) {
				if s.Kind == workflow.Sub && s.Part == q.ID && !slices.Contains(within, s.At) {
					within = append(within, s.At)
				}
			})
			for j := range q.Steps {
				for _, at := range within {
					c.held(workflow.Address(q.ID, q.Steps[j].ID), &q.Steps[j], at)
				}
			}
		}
	}
	if len(c.w.Uses) > 0 {
		c.papers()
	}
}

// places returns the agencies a place stands for on a day.
func (c *checker) agencies(at, within, day string) []agency.ID {
	var competent []agency.ID
	if c.w.Competent != nil {
		competent = c.w.Competent(day)
	}
	t := c.w.Tree
	switch at {
	case workflow.AtCompetent:
		if within != "" && within != workflow.AtCompetent {
			return c.agencies(within, "", day)
		}
		return competent
	case workflow.AtLead:
		return competent
	case workflow.AtDesk:
		if len(competent) == 0 {
			return nil
		}
		// law: ND118-2025 14 — any desk of the province may receive any procedure.
		var out []agency.ID
		for _, d := range t.Desks(day) {
			out = append(out, d.ID)
		}
		for _, id := range competent {
			if d := t.DeskOf(id, day); !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
		return out
	case workflow.AtCommune:
		var out []agency.ID
		for _, a := range t.Communes(day) {
			out = append(out, a.ID)
		}
		return out
	case workflow.AtSuperior:
		var out []agency.ID
		for _, id := range competent {
			if a, ok := t.At(id, day); ok && a.Parent != "" && !slices.Contains(out, a.Parent) {
				out = append(out, a.Parent)
			}
		}
		return out
	}
	if a, ok := t.Current(agency.ID(at), day); ok {
		return []agency.ID{a.ID}
	}
	return nil
}

// fixed are the places that are no agencies.
var fixed = []string{workflow.AtDesk, workflow.AtCompetent, workflow.AtCommune, workflow.AtSuperior, workflow.AtLead}

// held checks that somebody holds a step on every day, at every agency where it may be.
func (c *checker) held(address string, s *workflow.Step, within string) {
	path, name := c.places[address], c.name(address)
	t := c.w.Tree
	known := func(id, at string) bool {
		if _, ok := t.Ever(agency.ID(id)); !ok && !slices.Contains(fixed, id) {
			c.bad(Unknown, address, at, "Bước %s ở %q, không phải cơ quan nào, cũng không phải %s.", name, id, strings.Join(fixed, ", "))
			return false
		}
		return true
	}
	if s.Post != "" {
		if _, ok := t.Post(s.Post, c.w.Days[0]); !ok {
			c.bad(Unknown, address, path+".post", "Vị trí %q của bước %s không tồn tại.", s.Post, name)
		}
	}
	var at []string
	switch s.Kind {
	case workflow.Task:
		at = []string{s.At}
	case workflow.Wait:
		if s.Role != "" {
			at = []string{s.At}
		}
	case workflow.Ask:
		for i, id := range s.Of {
			if known(id, index(path+".of", i)) {
				at = append(at, id)
			}
		}
	case workflow.Sub:
		known(s.At, path+".at")
	}
	if s.Kind != workflow.Ask && len(at) > 0 && !known(s.At, path+".at") {
		return
	}
	if !access.KnownRole(s.Role) {
		return // said already
	}
	if s.Unit != "" && s.Kind != workflow.Ask && !slices.Contains(fixed, s.At) {
		if a, ok := t.Current(agency.ID(s.At), c.w.Days[0]); ok && !slices.ContainsFunc(a.Units, func(u agency.Unit) bool { return u.ID == s.Unit }) {
			c.bad(Unknown, address, path+".unit", "Cơ quan %s không có đơn vị %q.", a.Name, s.Unit)
			return
		}
	}
	vacant := map[string]bool{}
	for _, day := range c.w.Days {
		var names []string
		for _, place := range at {
			where := c.agencies(place, within, day)
			if len(where) == 0 && !slices.Contains(fixed, place) && !vacant[place] {
				vacant[place] = true
				c.bad(Vacant, address, path+".at", "%s cơ quan %q giữ bước %s không còn.", since(day), place, name)
			}
			for _, id := range where {
				if vacant[string(id)] || c.holders(id, s, day) {
					continue
				}
				vacant[string(id)] = true
				names = append(names, c.agencyName(id, day))
			}
		}
		if len(names) == 0 {
			continue
		}
		n := len(names)
		if n > 3 {
			names = append(names[:3], fmt.Sprintf("… (%d cơ quan)", n))
		}
		unit := ""
		if s.Unit != "" {
			unit = fmt.Sprintf(" thuộc đơn vị %q", s.Unit)
		}
		c.add(Finding{
			Kind: Vacant, Step: address, Path: path + ".role", Day: day,
			Text: fmt.Sprintf("%s không ai giữ bước %s tại %s: không vị trí nào%s mang vai trò %q.", since(day), name, strings.Join(names, ", "), unit, s.Role),
		})
	}
}

// holders reports whether somebody at the agency can hold the step on the day.
func (c *checker) holders(id agency.ID, s *workflow.Step, day string) bool {
	if s.Post == "" {
		return len(c.w.Tree.Holders(id, s.Unit, s.Role, day)) > 0
	}
	p, ok := c.w.Tree.Post(s.Post, day)
	return ok && p.Agency == id && slices.Contains(p.Roles, s.Role)
}

func (c *checker) agencyName(id agency.ID, day string) string {
	if a, ok := c.w.Tree.At(id, day); ok && a.Name != "" {
		return a.Name
	}
	return string(id)
}

// since writes from which day on, as people do.
func since(day string) string {
	if len(day) != len("2026-01-31") || day > "9000" {
		return "Về lâu dài"
	}
	return "Từ ngày " + day[8:] + "/" + day[5:7] + "/" + day[:4]
}

// papers looks for papers nobody uses and names nobody knows.
func (c *checker) papers() {
	results, known, shown := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, u := range c.w.Uses {
		for _, r := range u.Results {
			results[r] = true
		}
		for id, name := range u.Components {
			known[id], known[name] = true, true
		}
		for _, s := range u.Sections {
			known[s] = true
		}
	}
	all := false // some step sees everything
	made := map[string]bool{}
	c.p.Each(func(_ string, s *workflow.Step) {
		if s.Kind != workflow.Task && s.Kind != workflow.Ask {
			return
		}
		all = all || len(s.Sees) == 0
		for _, id := range s.Sees {
			shown[id] = true
		}
		for _, m := range s.Makes {
			made[m] = true
		}
	})
	c.p.Each(func(address string, s *workflow.Step) {
		path, name := c.places[address], c.name(address)
		for i, m := range s.Makes {
			if !results[m] && !shown[m] {
				c.bad(Unused, address, index(path+".makes", i), "Giấy tờ %q do bước %s lập không phải kết quả của thủ tục nào và không bước nào xem.", m, name)
			}
		}
		for key, ids := range map[string][]string{".sees": s.Sees, ".edits": s.Edits} {
			for i, id := range ids {
				if !known[id] && !made[id] {
					c.bad(Unknown, address, index(path+key, i), "Bước %s nêu %q, không phải mục của tờ khai hay giấy tờ nào.", name, id)
				}
			}
		}
	})
	if all {
		return
	}
	for _, u := range c.w.Uses {
		var unseen []string
		for id, name := range u.Components {
			if !shown[id] && !shown[name] {
				unseen = append(unseen, name)
			}
		}
		slices.Sort(unseen)
		for _, name := range unseen {
			c.bad(Unused, "", ".steps", "Thủ tục %s đòi giấy tờ %q mà không bước nào xem.", u.Code, name)
		}
	}
}
