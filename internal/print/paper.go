package print

import (
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
)

// zone is Vietnamese time: no paper of the office shows another.
var zone = calendar.Zone

// paper is a form with its values put in words, ready to be laid out.
type paper struct {
	set    *set
	form   *form
	head   Head
	trace  Trace
	values values
	lists  map[string][]values
	shapes map[string]values // an empty row of each list, for checking templates
}

func (s *set) paper(f *form, h Head, t Trace, code string, p Person, procedure string) paper {
	v := values{
		"number": h.Number, "book": h.Book, "check": t.Check, "check_site": t.CheckSite, "agency": h.Agency, "parent": h.Parent, "code": code, "procedure": procedure,
		"site": t.Site, "secret": t.Secret, "journal": t.JournalHead, "copy": "", "qr": t.Address,
		"applicant": p.Name, "id": p.ID, "address": p.Address, "phone": p.Phone, "email": p.Email,
	}
	switch h.Copy {
	case CopyKept:
		v["copy"] = s.Copies[0]
	case CopyGiven:
		v["copy"] = s.Copies[1]
	}
	return paper{set: s, form: f, head: h, trace: t, values: v, lists: map[string][]values{}, shapes: map[string]values{}}
}

func (p paper) with(v values) paper {
	for k, x := range v {
		p.values[k] = x
	}
	for k, x := range p.values {
		p.values[k] = tidy(x)
	}
	return p
}

// tidy is Clean without space around, and no longer than a few pages of print: what comes from
// strangers must not cost the printer more than the page is worth.
func tidy(s string) string {
	const most = 20_000 // bytes
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return strings.TrimSpace(Clean(s))
}

// list adds the rows of a list; row(nil) gives its shape.
func list[T any](p paper, name string, rows []T, row func(T) values) {
	var zero T
	p.shapes[name] = row(zero)
	p.shapes[name]["no"] = ""
	for i, r := range rows {
		v := row(r)
		for k, x := range v {
			v[k] = tidy(x)
		}
		v["no"] = strconv.Itoa(i + 1)
		p.lists[name] = append(p.lists[name], v)
	}
}

func (s *set) receipt(r Receipt) paper {
	p := s.paper(&s.Receipt, r.Head, r.Trace, r.DossierCode, r.Applicant, r.Procedure)
	list(p, "components", r.Components, func(c Component) values {
		return values{"name": c.Name, "originals": count(c.Originals), "certified": count(c.Certified), "copies": count(c.Copies), "electronic": count(c.Electronic)}
	})
	return p.with(values{
		"desk": r.Desk, "submitter": r.Submitter, "sets": count(r.Sets), "limit": r.Limit,
		"received": s.instant(r.ReceivedAt), "due": s.instant(r.DueAt), "return": r.ReturnAt,
		"fees": s.fees(r.Fees), "officer": r.Officer,
		"signer": first(r.Submitter, r.Applicant.Name),
	})
}

func (s *set) supplement(r SupplementRequest) paper {
	p := s.paper(&s.Supplement, r.Head, r.Trace, r.DossierCode, r.Applicant, r.Procedure)
	list(p, "items", r.Items, func(i SupplementItem) values {
		return values{"name": i.Name, "form": i.Form, "wrong": i.Wrong}
	})
	return p.with(values{
		"desk": r.Desk, "stage": string(r.Stage), "reason": r.Reason, "guidance": r.Guidance, "basis": r.LegalBasis,
		"deadline": s.day(r.Deadline), "contact": r.Contact, "contact_phone": r.ContactPhone, "officer": r.Officer,
	})
}

func (s *set) refusal(r Refusal) paper {
	p := s.paper(&s.Refusal, r.Head, r.Trace, r.DossierCode, r.Applicant, r.Procedure)
	return p.with(values{
		"desk": r.Desk, "kind": string(r.Kind), "reason": r.Reason, "basis": r.LegalBasis, "guidance": r.Guidance,
		"official": r.Official, "officer": r.Officer, "signer_title": r.SignerTitle,
	})
}

func (s *set) apology(a Apology) paper {
	p := s.paper(&s.Apology, a.Head, a.Trace, a.DossierCode, a.Applicant, a.Procedure)
	whose := "other"
	if a.ByAgency {
		whose = "agency"
	}
	return p.with(values{
		"desk": a.Desk, "reason": a.Reason, "fault": whose, "received": s.instant(a.ReceivedAt), "due": s.instant(a.DueAt),
		"new_due": s.instant(a.NewDue), "return": a.ReturnAt, "officer": a.Officer, "signer_title": a.SignerTitle,
	})
}

func (s *set) stop(n StopNotice) paper {
	p := s.paper(&s.Stop, n.Head, n.Trace, n.DossierCode, n.Applicant, n.Procedure)
	return p.with(values{
		"desk": n.Desk, "kind": string(n.Kind), "reason": n.Reason, "papers": n.Papers, "fees": n.Fees, "received": s.instant(n.ReceivedAt),
		"asked": s.instant(n.AskedAt), "stopped": s.instant(n.StoppedAt), "until": s.day(n.Until), "officer": n.Officer,
	})
}

func (s *set) register(r Register) paper {
	p := s.paper(&s.Register, r.Head, Trace{}, "", Person{}, "")
	list(p, "entries", r.Rows, func(x RegisterRow) values {
		v := values{
			"serial": "", "code": x.Code, "procedure": x.Procedure, "sets": count(x.Sets), "applicant": x.Applicant, "contact": x.Contact,
			"resolving": x.Resolving, "received": short(x.Received), "due": short(x.Due), "forwarded": short(x.Forwarded), "result": short(x.Result),
			"returned": short(x.Returned), "method": x.Method, "to": x.ReturnedTo, "notes": x.Notes,
		}
		if x.Serial > 0 {
			v["serial"] = pad(x.Serial)
		}
		return v
	})
	v := values{"year": "", "title": r.Title, "locked": r.Locked, "entries": strconv.Itoa(len(r.Rows))}
	if r.Year > 0 {
		v["year"] = strconv.Itoa(r.Year)
	}
	return p.with(v)
}

// short writes an instant as registers do: 09:15 02/03/2026.
func short(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("15:04 02/01/2006")
}

func (s *set) control(r ControlSlip) paper {
	p := s.paper(&s.Control, r.Head, r.Trace, r.DossierCode, Person{Name: r.Applicant}, r.Procedure)
	list(p, "handovers", r.Handovers, func(h Handover) values {
		v := values{"from": h.From, "to": h.To, "giver": h.GivenBy, "taker": h.TakenBy, "at": s.instant(h.At), "note": h.Note, "outcome": ""}
		switch h.Outcome {
		case Early:
			v["outcome"] = s.Outcomes[0]
		case OnTime:
			v["outcome"] = s.Outcomes[1]
		case Overdue:
			v["outcome"] = s.Outcomes[2]
		}
		return v
	})
	return p.with(values{
		"resolving": r.Resolving, "cooperating": r.Cooperating,
		"received": s.instant(r.ReceivedAt), "due": s.instant(r.DueAt),
	})
}

func count(n int) string {
	if n <= 0 {
		return ""
	}
	return pad(n)
}

func first(s ...string) string {
	for _, x := range s {
		if strings.TrimSpace(x) != "" {
			return x
		}
	}
	return ""
}

// pad writes quantities and days as papers do: 01, 02 … 10.
func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// dateValues are the parts of a date. Days below ten and the months January and February are
// written with a zero in front, the other months without (NĐ 30/2020/NĐ-CP, annex I, part I, II.4).
func (s *set) dateValues(t time.Time, more ...string) values {
	t = t.In(zone)
	month := strconv.Itoa(int(t.Month()))
	if t.Month() <= time.February {
		month = pad(int(t.Month()))
	}
	v := values{"hour": t.Format("15"), "minute": t.Format("04"), "day": pad(t.Day()), "month": month, "year": t.Format("2006"), "weekday": weekdays[t.Weekday()]}
	for _, m := range more {
		v[m] = ""
	}
	return v
}

var weekdays = [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

func (s *set) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.Instant.plain(s.dateValues(t))
}

func (s *set) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return s.Day.plain(s.dateValues(t))
}

func (s *set) placeAndDay(h Head) string {
	if h.Issued.IsZero() {
		return ""
	}
	v := s.dateValues(h.Issued)
	v["place"] = strings.TrimSpace(Clean(h.Place))
	return s.Place.plain(v)
}

var feeValues = values{"name": "", "amount": "", "note": ""}

func (s *set) fees(fees []Fee) string {
	var out []string
	for _, f := range fees {
		out = append(out, s.Fee.plain(values{"name": f.Name, "amount": s.Money.plain(values{"amount": dots(f.Amount)}), "note": f.Note}))
	}
	return strings.Join(out, "; ")
}

// dots groups thousands with dots: 1.250.000.
func dots(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = s[:1], s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return sign + s
}
