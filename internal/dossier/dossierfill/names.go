package dossierfill

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// share is a value and how often it comes up, in thousandths.
type share struct {
	text string
	per  int
}

// Family names and how common they are, roughly as population studies have them.
var families = []share{
	{"Nguyễn", 384},
	{"Trần", 110},
	{"Lê", 95},
	{"Phạm", 70},
	{"Hoàng", 38},
	{"Huỳnh", 13},
	{"Phan", 45},
	{"Vũ", 22},
	{"Võ", 17},
	{"Đặng", 21},
	{"Bùi", 20},
	{"Đỗ", 14},
	{"Hồ", 13},
	{"Ngô", 13},
	{"Dương", 10},
	{"Lý", 9},
	{"Đinh", 9},
	{"Đào", 8},
	{"Trịnh", 8},
	{"Trương", 8},
	{"Mai", 7},
	{"Lương", 7},
	{"Hà", 6},
	{"Cao", 6},
	{"Tạ", 5},
	{"Lâm", 5},
	{"Đoàn", 5},
	{"Phùng", 5},
	{"Tô", 4},
	{"Châu", 3},
	{"Quách", 2},
	{"Vàng", 3},
	{"Lò", 3},
	{"Giàng", 2},
	{"Nông", 3},
	{"Hoàng Phủ", 1},
	{"Thạch", 1},
}

var (
	middlesNam = []share{{"Văn", 320}, {"Đức", 80}, {"Minh", 75}, {"Hữu", 60}, {"Quang", 60}, {"Công", 45}, {"Xuân", 40}, {"Ngọc", 40}, {"Thanh", 40}, {"Anh", 30}, {"Đình", 50}, {"Bá", 25}, {"Trọng", 25}, {"Gia", 20}, {"Tiến", 30}, {"Thế", 30}, {"Việt", 20}, {"", 10}}
	middlesNu  = []share{{"Thị", 420}, {"Thị Thu", 45}, {"Thị Thanh", 45}, {"Thị Kim", 30}, {"Thị Hồng", 35}, {"Ngọc", 70}, {"Thu", 50}, {"Thanh", 45}, {"Minh", 40}, {"Phương", 35}, {"Bích", 25}, {"Kim", 25}, {"Thùy", 35}, {"Khánh", 25}, {"Mai", 25}, {"Diệu", 20}, {"Hoài", 15}, {"", 15}}
	givensNam  = []string{"An", "Anh", "Bảo", "Bình", "Chiến", "Chung", "Cường", "Dũng", "Duy", "Dương", "Đạt", "Đông", "Đức", "Giang", "Hải", "Hào", "Hiếu", "Hòa", "Hoàng", "Hùng", "Huy", "Hưng", "Khang", "Khánh", "Khoa", "Kiên", "Lâm", "Linh", "Long", "Lộc", "Lợi", "Mạnh", "Minh", "Nam", "Nghĩa", "Nhân", "Phong", "Phúc", "Phước", "Quân", "Quang", "Quốc", "Quý", "Sơn", "Tài", "Tâm", "Thắng", "Thành", "Thái", "Thịnh", "Thọ", "Tiến", "Toàn", "Trí", "Trung", "Trường", "Tuấn", "Tùng", "Việt", "Vinh", "Vũ"}
	givensNu   = []string{"An", "Anh", "Ánh", "Bình", "Châu", "Chi", "Cúc", "Diễm", "Dung", "Duyên", "Đào", "Giang", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hòa", "Hồng", "Huệ", "Hương", "Hường", "Khuyên", "Lan", "Lệ", "Liên", "Linh", "Loan", "Ly", "Mai", "My", "Nga", "Ngà", "Ngân", "Ngọc", "Nguyệt", "Nhàn", "Nhi", "Nhung", "Oanh", "Phương", "Phượng", "Quyên", "Quỳnh", "Tâm", "Thanh", "Thảo", "Thoa", "Thơm", "Thu", "Thủy", "Thư", "Tình", "Trang", "Trâm", "Trinh", "Tuyết", "Uyên", "Vân", "Vy", "Xuân", "Yến"}
)

func pick(r *rand.Rand, list []share) string {
	sum := 0
	for _, s := range list {
		sum += s.per
	}
	n := r.IntN(sum)
	for _, s := range list {
		if n -= s.per; n < 0 {
			return s.text
		}
	}
	return list[0].text
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// human is an invented person.
type human struct {
	name, sex, birth, number, phone string
}

// provinces are prefixes of personal numbers given before July 2025.
// law: TT59-2021 PL.I
var provinces = []string{"001", "031", "024", "035", "036", "038", "040", "048", "079", "092"}

// invent makes a person born on the day. The number is of the lawful form; its last six digits begin with
// zeros and the phone is of the kind that shows it is made up.
func invent(r *rand.Rand, sex string, birth time.Time) human {
	h := human{sex: sex, birth: birth.Format(time.DateOnly)}
	if sex == "" {
		h.sex = one(r, []string{"nam", "nu"})
	}
	h.name = name(r, h.sex)
	mark := 2 * (birth.Year()/100 - 19)
	if h.sex == "nu" {
		mark++
	}
	h.number = fmt.Sprintf("%s%d%02d000%03d", one(r, provinces), mark, birth.Year()%100, r.IntN(1000))
	h.phone = fmt.Sprintf("0900000%03d", r.IntN(1000))
	return h
}

func name(r *rand.Rand, sex string) string {
	middle, given := pick(r, middlesNam), one(r, givensNam)
	if sex == "nu" {
		middle, given = pick(r, middlesNu), one(r, givensNu)
	}
	if middle == "" {
		return pick(r, families) + " " + given
	}
	return pick(r, families) + " " + middle + " " + given
}

// born is a day on which somebody of an age between the two was born.
func born(r *rand.Rand, now time.Time, least, most int) time.Time {
	days := (most-least)*365 - 2
	if days < 1 {
		days = 1
	}
	return now.AddDate(-least, 0, -1-r.IntN(days))
}

// taxCode makes a code of ten digits whose check digit is right; it begins with 99, which no tax office uses.
func taxCode(r *rand.Rand) string {
	weights := [9]int{31, 29, 23, 19, 17, 13, 7, 5, 3}
	for {
		body := fmt.Sprintf("99%07d", 1+r.IntN(9_999_999))
		sum := 0
		for i, w := range weights {
			sum += w * int(body[i]-'0')
		}
		if c := 10 - sum%11; c < 10 {
			return fmt.Sprintf("%s%d", body, c)
		}
	}
}

var (
	streets = []string{"đường Bờ Sông", "đường Trung Tâm", "ngõ Chợ", "đường Hoa Ban", "phố Nhà Thờ", "đường Lúa Vàng", "đường Cầu Mới", "ngõ Giếng Làng", "đường Ga", "đường Đê"}
	hamlets = []string{"Thôn Thượng", "Thôn Hạ", "Thôn Đông", "Thôn Đoài", "Tổ 3", "Tổ 5", "Tổ 8", "Khu phố 2", "Khu phố 4", "Bản Na", "Xóm Bãi"}
	firms   = []string{"Công ty TNHH %s", "Công ty Cổ phần %s", "Hợp tác xã %s", "Hộ kinh doanh %s"}
	trades  = []string{"Xây dựng Sông Minh", "Nông sản Thượng Ngàn", "Vận tải Bến Nứa", "Thương mại Đồng Sen", "Dịch vụ Cầu Mây", "Chế biến Gỗ Minh Giang", "Du lịch Sông Chàm", "Dược phẩm Hoa Ban", "May mặc Lúa Vàng", "Thủy sản Minh Giang"}
)

func detail(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return one(r, hamlets)
	}
	return fmt.Sprintf("Số %d %s", 1+r.IntN(240), one(r, streets))
}

func firm(r *rand.Rand) string { return fmt.Sprintf(one(r, firms), one(r, trades)) }
