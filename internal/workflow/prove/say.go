package prove

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/workflow"
)

// Words of bounded answers.
const (
	sayManyStates  = "Quy trình có quá nhiều trạng thái; đã dừng ở giới hạn, phần chưa xét có thể còn lỗi."
	sayManyAnswers = "Một hành động gặp quá nhiều điều kiện cùng lúc; chỉ xét được một phần các cách trả lời."
)

func sayTooLarge(n int) string {
	return fmt.Sprintf("Quy trình có %d bước, quá %d bước được kiểm chứng; chỉ kiểm tra từng bước, không xét được các lượt chạy.", n, MaxSteps)
}

// name speaks of a step by its title, with its id where people need it to find it.
func (c *checker) name(address string) string { return Name(c.p, address) }

// Name speaks of the step at an address by its title.
func Name(p *workflow.Process, address string) string {
	s, ok := p.Find(address)
	if !ok || s.Title == "" || s.Title == s.ID {
		return "«" + address + "»"
	}
	return "«" + s.Title + "»"
}

func (c *checker) button(address, action string) string {
	for _, a := range c.step(address).Actions {
		if a.ID == action && a.Label != "" {
			return "«" + a.Label + "»"
		}
	}
	return "«" + action + "»"
}

func (c *checker) sayGrowth(opener string) string {
	return fmt.Sprintf("Việc được mở thêm không giới hạn ở bước %s; chỉ xét đến lần mở lồng nhau đầu tiên.", c.name(opener))
}

// say writes the sentence of a finding that needs no more than its place.
func (c *checker) say(f Finding) string {
	at, by := c.name(f.Step), c.button(f.Step, f.Action)
	switch f.Kind {
	case Left:
		return fmt.Sprintf("Bước %s kết thúc hồ sơ bằng %s trong khi việc khác còn dở dang.", at, by)
	case Outside:
		return fmt.Sprintf("Ở bước %s, %s là trả lời nhưng không ai hỏi: chỉ trả lời được trong câu hỏi hoặc hồ sơ con.", at, by)
	case NoTarget:
		return fmt.Sprintf("Ở bước %s, %s không dẫn đến bước nào và cũng không kết thúc hồ sơ.", at, by)
	case Gap:
		return fmt.Sprintf("Ở bước %s có trường hợp không lối nào mở: hồ sơ không đi tiếp được.%s", at, c.example(f.Step))
	case NoJoin:
		return fmt.Sprintf("Bước gộp %s được đi tới mà trước đó không có bước chia nhánh.", at)
	case TwoJoins:
		return fmt.Sprintf("Các nhánh của bước %s đi về hai bước gộp khác nhau, nên không nhánh nào gộp được.", at)
	case NeverJoins:
		return fmt.Sprintf("Các nhánh của bước %s không bao giờ gộp lại được.", at)
	case Endless:
		if f.Step == "" {
			return "Ngay khi bắt đầu, các bước tự động dẫn vòng tròn không dứt."
		}
		return fmt.Sprintf("Từ bước %s, các bước tự động dẫn vòng tròn không dứt.", at)
	case Grows:
		return fmt.Sprintf("Bước %s mở lại chính nó khi lần mở trước còn dở: số việc tăng mãi không dứt.", at)
	case Nobody:
		if f.Step == "" {
			return "Ngay khi bắt đầu đã hỏi ý kiến mà không nói hỏi cơ quan nào."
		}
		return fmt.Sprintf("Từ bước %s hồ sơ tự đi đến bước hỏi ý kiến mà không ai chọn cơ quan được hỏi.", at)
	case Undecided:
		return fmt.Sprintf("Ở bước %s có thể phát hành kết quả bằng %s khi chưa ai đồng ý hay từ chối.", at, by)
	case Unissued:
		return fmt.Sprintf("Ở bước %s có thể giao kết quả bằng %s khi kết quả chưa được phát hành.", at, by)
	case Unreached:
		switch {
		case f.Action != "":
			return fmt.Sprintf("Hành động %s của bước %s không bao giờ thực hiện được.", by, at)
		case f.Flow > 0:
			return fmt.Sprintf("Lối đi thứ %d của bước %s không bao giờ được chọn.", f.Flow, at)
		}
		return fmt.Sprintf("Không lượt chạy nào đi đến bước %s.", at)
	}
	return fmt.Sprintf("Bước %s không chạy được.", at)
}

// example shows a case of a gap where the guards are understood.
func (c *checker) example(address string) string {
	var whens []string
	for _, f := range c.step(address).To {
		whens = append(whens, f.When)
	}
	if e := c.study(whens...).Example; e != "" {
		return " Ví dụ: " + e + "."
	}
	return ""
}

func (c *checker) sayStuck(address string, whens []string) string {
	s := c.step(address)
	switch {
	case len(whens) > 0:
		text := fmt.Sprintf("Ở bước %s mọi hành động đều kèm điều kiện; khi không điều kiện nào đúng, không ai đi tiếp được.", c.name(address))
		if e := c.study(whens...).Example; e != "" {
			text += " Ví dụ: " + e + "."
		}
		return text
	case s.Kind == workflow.Wait:
		return fmt.Sprintf("Bước chờ %s không có lối đi tiếp.", c.name(address))
	}
	return fmt.Sprintf("Bước %s không có hành động nào để đi tiếp.", c.name(address))
}

func (c *checker) sayTrap(first string, steps []string) string {
	if len(steps) == 1 {
		return fmt.Sprintf("Từ bước %s hồ sơ chỉ quay lại chính nó, không bao giờ kết thúc.", c.name(first))
	}
	var names []string
	for _, s := range steps[:min(len(steps), 6)] {
		names = append(names, c.name(s))
	}
	if len(steps) > 6 {
		names = append(names, "…")
	}
	return fmt.Sprintf("Từ bước %s hồ sơ chỉ quẩn trong các bước %s, không bao giờ kết thúc.", c.name(first), strings.Join(names, ", "))
}

func (c *checker) where(g place) string {
	if g.flow > 0 {
		return fmt.Sprintf("của lối đi thứ %d ở bước %s", g.flow, c.name(g.step))
	}
	return fmt.Sprintf("của hành động %s ở bước %s", c.button(g.step, g.action), c.name(g.step))
}

func (c *checker) sayBadGuard(g place, problems []string) string {
	return fmt.Sprintf("Điều kiện %s không hiểu được: %s", c.where(g), strings.Join(problems, "; "))
}

func (c *checker) sayConstant(g place, k Kind) string {
	if k == Never {
		return fmt.Sprintf("Điều kiện %s không bao giờ đúng: %s.", c.where(g), c.clause(g.when))
	}
	return fmt.Sprintf("Điều kiện %s luôn luôn đúng, nên thừa: %s.", c.where(g), c.clause(g.when))
}

func (c *checker) clause(when string) string { return sayGuard(c.w.Guards, when) }

func sayGuard(g Guards, when string) string {
	if g == nil {
		return when
	}
	return g.Say(when)
}

// Tell writes a run as sentences of Vietnamese, one per move. guards may be nil.
func Tell(p *workflow.Process, run []Move, guards Guards) []string {
	out := make([]string, len(run))
	for i, m := range run {
		out[i] = m.Say(p, guards)
	}
	return out
}

// Say writes the move as a sentence of Vietnamese. guards may be nil.
func (m Move) Say(p *workflow.Process, guards Guards) string {
	var b strings.Builder
	switch m.Do {
	case Begins:
		b.WriteString("Tiếp nhận hồ sơ")
	case Acts:
		label := m.Label
		if label == "" {
			label = m.Action
		}
		fmt.Fprintf(&b, "Bước %s: chọn «%s»", Name(p, m.Step), label)
	case Passes:
		fmt.Fprintf(&b, "Bước %s: điều đang chờ đã đến", Name(p, m.Step))
	case Late:
		fmt.Fprintf(&b, "Bước %s: quá hạn, tự chuyển", Name(p, m.Step))
	}
	if n := len(m.Agencies); n > 0 {
		b.WriteString(", hỏi " + strconv.Itoa(n) + " cơ quan")
	}
	for i, g := range m.Holds {
		sep := "; "
		if i == 0 {
			sep = " (khi "
		}
		b.WriteString(sep)
		if !g.Holds {
			b.WriteString("không phải: ")
		}
		b.WriteString(sayGuard(guards, g.When))
	}
	if len(m.Holds) > 0 {
		b.WriteString(")")
	}
	var to []string
	for _, t := range m.To {
		if n := Name(p, t); len(to) == 0 || to[len(to)-1] != n {
			to = append(to, n)
		}
	}
	if len(to) > 0 {
		b.WriteString(" → " + strings.Join(to, ", "))
	}
	b.WriteString(".")
	return b.String()
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
