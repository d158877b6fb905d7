package browser

import "testing"

// shown opens an act of a dossier as somebody and looks at its form.
func shown(t *testing.T, who, id string, acts ...string) {
	t.Helper()
	b := open(t, false)
	b.signIn(who)
	for _, act := range acts {
		b.open("/ho-so/" + id + "?viec=" + act)
		b.look("desk-" + act)
	}
}

func TestFormsOfTurnsAtTheDesk(t *testing.T) {
	_, fresh := filed(t)
	shown(t, "mot-cua", fresh, "redirect", "withdraw")
	_, id := appraised(t)
	shown(t, "chuyen-vien", id, "obligate")
	shown(t, "truong-phong", id, "undo", "apologise")
	shown(t, "mot-cua", id, "request_withdrawal")
	as(t, "chuyen-vien", id, "obligate", "Thông báo nghĩa vụ tài chính", "", func(b *tab) {
		b.typed("khoan-nop", "Lệ phí trước bạ")
		b.typed("so-tien", "1.500.000")
		b.typed("so-thong-bao", "TB-01")
	}).look("desk-owes")
	shown(t, "chuyen-vien", id, "meet_obligation")
	as(t, "mot-cua", id, "request_withdrawal", "Đề nghị rút hồ sơ", "", nil)
	shown(t, "mot-cua", id, "stop", "drop_withdrawal")
}

func TestTheCounterAndTheSpreadsheet(t *testing.T) {
	b := open(t, false)
	b.signIn("mot-cua-phuong")
	b.open("/tiep-nhan-truc-tiep?q=1.012906")
	b.look("desk-choose")
	b.leave(func() { b.click("Tiếp nhận thủ tục này") })
	b.says("Tiếp nhận không phụ thuộc địa giới")
	b.typed("cach-nop", "post")
	b.look("desk-counter")
	b.open("/tiep-nhan/bang-tinh/1.012906")
	b.look("desk-sheet")
}
