package simulate

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// Words of the result, Vietnamese. All figures are in the table beside the picture too.

// Hours writes working minutes as people do: 45 phút, 3,5 giờ, 2 ngày.
func (r Result) Hours(minutes float64) string {
	day := float64(max(r.Workday, 1))
	switch {
	case minutes < 59.5:
		return strconv.Itoa(int(minutes+0.5)) + " phút"
	case minutes < day:
		return decimal(minutes/60) + " giờ"
	}
	return decimal(minutes/day) + " ngày"
}

func decimal(f float64) string {
	return strings.Replace(strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0"), ".", ",", 1)
}

// Share writes a share in percent.
func Share(part, whole int) string {
	if whole == 0 {
		return "0%"
	}
	return decimal(float64(part)*100/float64(whole)) + "%"
}

// Summary says the result in a few sentences.
func (r Result) Summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d hồ sơ, %d đi đến kết thúc. Từ khi tiếp nhận đến khi có kết quả: trung bình %s, một nửa trong %s, 95%% trong %s.",
		r.Runs, r.Ended, r.Hours(r.Mean), r.Hours(r.P50), r.Hours(r.P95))
	switch {
	case r.Comparable:
		fmt.Fprintf(&b, " Trễ hạn: %d hồ sơ (%s).", r.Late, Share(r.Late, r.Runs))
	case r.Legal != "":
		b.WriteString(" Thời hạn tính theo ngày lịch nên không so được với giờ làm việc.")
	}
	if r.Bottleneck != "" {
		fmt.Fprintf(&b, " Chờ lâu nhất ở %s.", r.Bottleneck)
	}
	if r.Wrong > 0 {
		fmt.Fprintf(&b, " %d hồ sơ bị kẹt: quy trình có lỗi.", r.Wrong)
	}
	return b.String()
}

// Sizes of the picture, in its own units.
const (
	rowHeight = 34
	barLeft   = 250
	barWidth  = 380
	fullWidth = 760
)

// SVG draws the waiting times per step as bars: the mean, with a line out to the 95th percentile. Colours come
// from the page (currentColor); the picture says everything in its description as well.
func (r Result) SVG() string {
	longest := 1.0
	for _, s := range r.Steps {
		longest = max(longest, s.P95, s.Mean)
	}
	height := rowHeight*len(r.Steps) + 40
	var b, d strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&d, "%s: chờ trung bình %s, 95%% trong %s. ", s.Title, r.Hours(s.Mean), r.Hours(s.P95))
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="mo-phong-ten mo-phong-mo-ta" class="simulation">`, fullWidth, height)
	b.WriteString(`<title id="mo-phong-ten">Thời gian chờ ở từng bước</title>`)
	fmt.Fprintf(&b, `<desc id="mo-phong-mo-ta">%s</desc>`, html.EscapeString(strings.TrimSpace(d.String())))
	for i, s := range r.Steps {
		y := 10 + i*rowHeight
		mean, far := barWidth*s.Mean/longest, barWidth*s.P95/longest
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" font-size="13" fill="currentColor">%s</text>`, barLeft-10, y+17, html.EscapeString(clip(s.Title, 34)))
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%.1f" height="16" rx="2" fill="currentColor" fill-opacity="0.7"/>`, barLeft, y+4, max(mean, 1))
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="currentColor"/>`, barLeft+mean, y+12, barLeft+max(far, mean), y+12)
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" font-size="12" fill="currentColor">%s</text>`, barLeft+max(far, mean)+8, y+17, html.EscapeString(r.Hours(s.Mean)))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" font-size="12" fill="currentColor">Cột: chờ trung bình. Vạch: 95%% số lượt chờ không quá.</text>`, barLeft, height-12)
	b.WriteString(`</svg>`)
	return b.String()
}

// clip shortens a title to so many letters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
