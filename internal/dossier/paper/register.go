package paper

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/register"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/print"
)

// Erased stands in registers where a name was, once personal data is removed.
const Erased = "(đã xóa)"

// how results are handed over, as the register names it.
var methods = map[string]string{"direct": "Trực tiếp", "post": "Bưu chính", "online": "Trực tuyến"}

// RegisterRow is one line of a book: what the record said up to the entry's cut. What happened after the book was
// locked is told among the notes, marked as such.
func (s Source) RegisterRow(e register.Entry) (print.RegisterRow, error) {
	d, err := dossier.Fold(e.Events[:e.Cut])
	if err != nil {
		return print.RegisterRow{}, err
	}
	r := print.RegisterRow{
		Serial: e.Slip.Number, Code: d.Shown(), Procedure: d.Procedure.Name, Sets: 1, Applicant: d.Owner.Name, Resolving: s.agency(d.Competent, e.Slip.At).Name,
		Received: d.AcceptedAt, Due: d.DueAt(), Result: d.ResolvedAt, Returned: d.ReturnedAt, ReturnedTo: d.ReturnedTo,
	}
	if r.Received.IsZero() {
		r.Received = d.SubmittedAt
	}
	if r.Due.IsZero() {
		r.Due = d.FirstDue
	}
	if v, ok := s.Catalogue.Pinned(d.Procedure.Digest); ok && v.Sets > 0 {
		r.Sets = v.Sets
	}
	r.Contact = strings.Join(filled(d.Owner.Address, d.Owner.Phone), ", ")
	if r.Applicant == "" {
		r.Applicant = Erased
	}
	for _, l := range d.Legs {
		if !d.AcceptedAt.IsZero() && !l.From.Before(d.AcceptedAt) && (l.Holder.Agency != d.Desk || d.Desk == d.Competent) {
			r.Forwarded = l.From
			break
		}
	}
	if !r.Returned.IsZero() {
		r.Method = methodOf(e.Events[:e.Cut])
	}
	notes := notesOf(d)
	if n := e.Slip.Event; e.Slip.Form == dossier.FormReceipt && n >= 1 && n <= int64(len(e.Events)) && e.Events[n-1].Kind != dossier.EventAccepted {
		notes = append([]string{"Cấp lại giấy tiếp nhận"}, notes...)
	}
	if e.Cut < len(e.Events) {
		later, err := dossier.Fold(e.Events)
		if err != nil {
			return r, err
		}
		if n := laterNotes(d, later); len(n) > 0 {
			notes = append(notes, "Sau khi khóa sổ: "+strings.Join(n, "; "))
		}
	}
	r.Notes = strings.Join(notes, ". ")
	return r, nil
}

func filled(list ...string) []string {
	var out []string
	for _, x := range list {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

func short(t time.Time) string { return t.In(calendar.Zone).Format("02/01/2006") }

// notesOf says what the columns have no place for.
func notesOf(d *dossier.Dossier) []string {
	var out []string
	if n := len(d.Supplements); n > 0 {
		out = append(out, "Yêu cầu bổ sung "+short(d.Supplements[n-1].At))
	}
	if n := len(d.Apologies); n > 0 {
		out = append(out, "Xin lỗi, hẹn lại "+short(d.Apologies[n-1].To))
	}
	switch d.Status {
	case dossier.Refused:
		out = append(out, "Từ chối tiếp nhận")
	case dossier.Withdrawn, dossier.Stopped:
		out = append(out, "Rút hồ sơ "+short(d.EndedAt))
	case dossier.Closed:
		out = append(out, "Đóng hồ sơ "+short(d.EndedAt))
	}
	if d.Outcome == dossier.NotEligible && !d.ResolvedAt.IsZero() {
		out = append(out, "Không đủ điều kiện")
	}
	if len(d.Issued) > 1 {
		out = append(out, "Đính chính, cấp lại "+short(d.Issued[len(d.Issued)-1].At))
	}
	if !d.ErasedAt.IsZero() {
		out = append(out, "Đã xóa dữ liệu cá nhân "+short(d.ErasedAt))
	}
	return out
}

// laterNotes says what happened after the book was locked.
func laterNotes(then, now *dossier.Dossier) []string {
	var out []string
	if then.ResolvedAt.IsZero() && !now.ResolvedAt.IsZero() {
		out = append(out, "có kết quả "+short(now.ResolvedAt))
	}
	if then.ReturnedAt.IsZero() && !now.ReturnedAt.IsZero() {
		out = append(out, "trả "+short(now.ReturnedAt))
	}
	if !then.Status.Ended() && now.Status.Ended() && now.ReturnedAt.IsZero() {
		out = append(out, "kết thúc "+short(now.EndedAt))
	}
	if then.ErasedAt.IsZero() && !now.ErasedAt.IsZero() {
		out = append(out, "xóa dữ liệu cá nhân "+short(now.ErasedAt))
	}
	return out
}

// methodOf is how the result was handed over last.
func methodOf(events []journal.Event) string {
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Kind != dossier.EventReturned {
			continue
		}
		var v struct {
			Method string `json:"method"`
		}
		if json.Unmarshal(events[i].Data, &v) != nil {
			return ""
		}
		if m, ok := methods[v.Method]; ok {
			return m
		}
		return methods["direct"]
	}
	return ""
}

// bookTitles name the books beside that of dossiers.
var bookTitles = map[string]string{
	dossier.FormSupplement: "SỔ THEO DÕI PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", dossier.FormRefusal: "SỔ THEO DÕI PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ",
	dossier.FormApology: "SỔ THEO DÕI PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", dossier.FormStop: "SỔ THEO DÕI THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ",
}

// RegisterPDF draws lines of a book in the forms of its year. locked is nil while the book is open.
func (s Source) RegisterPDF(a agency.ID, form string, year int, rows []print.RegisterRow, locked *register.Lock, at time.Time) ([]byte, error) {
	issued := at
	if locked != nil {
		issued = locked.At
	}
	last := register.End(year).Add(-time.Second)
	if at.Before(last) {
		last = at
	}
	r := law.At(calendar.DateOf(last))
	forms, err := s.forms(r.ID, "", last)
	if err != nil {
		return nil, err
	}
	v := print.Register{Head: s.head(s.agency(a, last), issued, ""), Year: year, Title: bookTitles[form], Rows: rows}
	if locked != nil {
		who := s.signer(locked.By, locked.At)
		if locked.By.Person == "" {
			who = "hệ thống"
		}
		sum, _ := locked.Sum(form)
		v.Locked = "Khóa sổ lúc " + locked.At.In(calendar.Zone).Format("15:04 02/01/2006") + ", người khóa: " + who + ". Số cuối: " + strconv.Itoa(sum.Last) +
			", tổng số: " + strconv.Itoa(sum.Entries) + ". Mã băm: " + sum.Digest[:min(32, len(sum.Digest))] + "."
	}
	return forms.Draw(v)
}

// Named is the person who acted, by name, else the post; empty for the product itself.
func (s Source) Named(by journal.Actor, at time.Time) string { return s.signer(by, at) }
