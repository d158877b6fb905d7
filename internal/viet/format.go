package viet

import (
	"fmt"
	"strconv"
	"time"
)

// zone is where every instant is written: the whole country keeps +07:00 all year.
var zone = time.FixedZone("ICT", 7*60*60)

var weekdays = [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}

// DateTime writes an instant as people read it: "16:30 thứ Hai, 16/03/2026".
func DateTime(t time.Time) string { return Clock(t) + " " + Day(t) }

// Day writes a day with its weekday: "thứ Hai, 16/03/2026".
func Day(t time.Time) string { return Weekday(t) + ", " + Date(t) }

// Date writes a day: "16/03/2026".
func Date(t time.Time) string { return t.In(zone).Format("02/01/2006") }

// ShortDate writes a day for a narrow column: "16/03/26".
func ShortDate(t time.Time) string { return t.In(zone).Format("02/01/06") }

// Clock writes the time of day: "16:30".
func Clock(t time.Time) string { return t.In(zone).Format("15:04") }

// ClockInWords writes the time of day as letters and receipts do: "16 giờ 30".
func ClockInWords(t time.Time) string {
	t = t.In(zone)
	return fmt.Sprintf("%d giờ %02d", t.Hour(), t.Minute())
}

// Weekday names the day of the week, as it stands inside a sentence: "thứ Hai", "Chủ nhật".
func Weekday(t time.Time) string { return weekdays[t.In(zone).Weekday()] }

// DateInWords writes the date line of an administrative paper: "ngày 16 tháng 3 năm 2026", "ngày 05 tháng
// 01 năm 2026": days below 10 and the months 1 and 2 take a zero.
// law: ND30-2020 PL.I
func DateInWords(t time.Time) string {
	t = t.In(zone)
	month := strconv.Itoa(int(t.Month()))
	if t.Month() < time.March {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// Count writes a whole number with dots: 1234567 → "1.234.567".
func Count(n int64) string { return group(n, '.') }

// Money writes an amount in đồng: 50000 → "50.000 đồng".
func Money(dong int64) string { return Count(dong) + " đồng" }

// DateTimeEnglish is the English twin of DateTime: "16:30 Monday, 16 March 2026".
func DateTimeEnglish(t time.Time) string { return Clock(t) + " " + DayEnglish(t) }

// DayEnglish is the English twin of Day: "Monday, 16 March 2026".
func DayEnglish(t time.Time) string { return t.In(zone).Format("Monday, 2 January 2006") }

// DateEnglish is the English twin of Date: "16 March 2026". Figures alone would be read month first.
func DateEnglish(t time.Time) string { return t.In(zone).Format("2 January 2006") }

// CountEnglish is the English twin of Count: "1,234,567".
func CountEnglish(n int64) string { return group(n, ',') }

// MoneyEnglish is the English twin of Money: "50,000 VND".
func MoneyEnglish(dong int64) string { return CountEnglish(dong) + " VND" }

func group(n int64, sep byte) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	out := make([]byte, 0, len(digits)+len(digits)/3+1)
	out = append(out, sign...)
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out = append(out, sep)
		}
		out = append(out, digits[i])
	}
	return string(out)
}
