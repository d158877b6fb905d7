package calendar

import "strings"

// holidays pairs the names under which the holidays of the Labour Code appear in
// the announcements and in open holiday data, so that a calendar written in one
// language explains itself in both.
// law: BLLD-2019 112.1
var holidays = [...]struct{ vi, en string }{
	{"Tết Nguyên đán", "Lunar New Year"},
	{"Tết Dương lịch", "New Year's Day"},
	{"Giỗ Tổ Hùng Vương", "Hung Kings' Commemoration Day"},
	{"Ngày Chiến thắng 30/4", "Liberation Day/Reunification Day"},
	{"Ngày Quốc tế Lao động 1/5", "International Labor Day"},
	{"Quốc khánh 2/9", "National Day"},
	{"Ngày Văn hóa Việt Nam", "Vietnamese Culture Day"},
	{"Nghỉ hoán đổi", "Swapped day off"},
	{"Làm bù", "Made-up working day"},
}

// bothNames returns the Vietnamese and English names of a row whose name is known in
// either language; other names stand for both.
func bothNames(name string) (vi, en string) {
	lower := strings.ToLower(name)
	for _, h := range holidays {
		switch {
		case strings.Contains(lower, strings.ToLower(h.vi)):
			if strings.HasPrefix(lower, "nghỉ bù") {
				return name, h.en + " (observed)"
			}
			return upperFirst(name), h.en
		case strings.Contains(name, h.en):
			if strings.Contains(name, "(observed)") {
				return "Nghỉ bù " + h.vi, h.en + " (observed)"
			}
			return h.vi, h.en
		}
	}
	return name, name
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
