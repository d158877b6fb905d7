package notice

import (
	"html"
	"strings"
)

// Letter is one e-mail as it leaves: plain text and the same as simple HTML.
type Letter struct {
	To        string
	Subject   string
	Text      string
	HTML      string
	Language  Language
	MessageID string // without angle brackets; the same for every attempt
	// Choices is the address of the page on which the reader chooses what to receive; empty when the service
	// has no public address.
	Choices string
}

// Links are the addresses a letter may hold.
type Links struct {
	Dossier string // the dossier's page, or the tracking page with its secret for who has no account
	Choices string
}

// Letter writes the e-mail of a notice. A link that is not known leaves its line out.
func (b *Book) Letter(k Kind, f Facts, l Language, links Links) Letter {
	w, fr := b.words[k][l], b.frames[l]
	v := f.values(l)
	v["link"], v["choices"] = links.Dossier, links.Choices
	body := w.Body
	if body == "" {
		body = w.Text
	}
	greeting := fr.Greeting
	closing := fr.Closing
	if k.ForOfficers() { // colleagues are written to by the system, not by a desk
		greeting, closing = fr.Officer, ""
	}
	out := Letter{Subject: fillIn(w.Subject, v), Language: l, Choices: links.Choices}
	parts := []string{fillIn(greeting, v), fillIn(body, v), fillIn(fr.Link, v), fillIn(closing, v), fillIn(fr.Footer, v)}
	out.Text = plain(parts)
	out.HTML = page(l, out.Subject, parts, links)
	return out
}

func plain(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(p)
	}
	return b.String() + "\n"
}

// page writes the letter as HTML that every mail program draws: no pictures, no style sheet, nothing fetched.
func page(l Language, title string, parts []string, links Links) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="` + string(l) + `"><head><meta charset="utf-8"><title>` + html.EscapeString(title) +
		`</title></head><body style="margin:0;padding:24px;font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#1c1b1f;background:#ffffff"><div style="max-width:600px">`)
	for i, p := range parts {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		style := ""
		if i == len(parts)-1 {
			style = ` style="font-size:14px;color:#55525a;border-top:1px solid #d8d3c8;padding-top:12px"`
		}
		b.WriteString("<p" + style + ">")
		for n, line := range strings.Split(p, "\n") {
			if n > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(linked(line, links))
		}
		b.WriteString("</p>")
	}
	b.WriteString("</div></body></html>\n")
	return b.String()
}

// linked escapes a line and makes the letter's own addresses links; whatever else looks like one stays text.
func linked(line string, links Links) string {
	for _, href := range []string{links.Dossier, links.Choices} {
		if before, after, ok := strings.Cut(line, href); ok && href != "" {
			h := html.EscapeString(href)
			return html.EscapeString(before) + `<a href="` + h + `" style="color:#9f1b2e">` + h + `</a>` + html.EscapeString(after)
		}
	}
	return html.EscapeString(line)
}

// Confirmation is the letter whose link makes an address somebody's own. It says nothing about who that is.
func Confirmation(l Language, link string) Letter {
	subject, parts := "Xác nhận địa chỉ thư điện tử", []string{
		"Có người vừa chọn nhận thông báo hồ sơ tại địa chỉ này.", "Nếu đó là ông/bà, xin mở địa chỉ sau trong 24 giờ và đăng nhập:\n" + link,
		"Nếu không phải, ông/bà bỏ qua thư này. Sẽ không có thư nào khác.",
	}
	if l == English {
		subject, parts = "Confirm your e-mail address", []string{
			"Somebody chose to receive notices about applications at this address.", "If it was you, open this address within 24 hours and sign in:\n" + link,
			"If it was not, ignore this letter. No other will come.",
		}
	}
	return Letter{Subject: subject, Language: l, Text: plain(parts), HTML: page(l, subject, parts, Links{Dossier: link})}
}
