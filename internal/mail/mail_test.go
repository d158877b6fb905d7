package mail_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/mail"
	"github.com/motcua/motcua/internal/testkit"
)

func letter(to string) mail.Message {
	return mail.Message{
		To: to, Subject: "Hồ sơ H99.02-260302-0001 đã được tiếp nhận, hẹn trả kết quả thứ Sáu", Text: "Kính gửi ông/bà Nguyễn Thị Ánh,\n\nHồ sơ đã được tiếp nhận.\n.\nHết.\n",
		HTML: "<p>Kính gửi ông/bà</p>", Language: "vi", MessageID: "thu-1@localhost", Unsubscribe: "https://motcua.example/thong-bao/tuy-chon",
		Date: time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("ICT", 7*3600)),
	}
}

func sender(t *testing.T, c mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestARealServer talks to mox: sign-in, both kinds of TLS, refusals by number, a server that is gone.
func TestARealServer(t *testing.T) {
	m := testkit.NewMailServer(t)
	ctx := t.Context()
	cfg := mail.Config{Server: m.STARTTLS, From: "Một cửa Minh Giang <" + m.User + ">", User: m.User, Password: m.Password, Roots: m.Roots}
	if a := sender(t, cfg).Send(ctx, letter("anh@localhost")); a.Kind != mail.Later {
		t.Fatalf("before the server runs: %+v", a)
	}
	m.Start(t)
	if a := sender(t, cfg).Send(ctx, letter("anh@localhost")); a.Kind != mail.Accepted || a.Text == "" {
		t.Fatalf("STARTTLS: %+v", a)
	}
	direct := cfg
	direct.Server, direct.Security = m.TLS, mail.TLS
	second := letter("binh@localhost")
	second.MessageID = "thu-2@localhost"
	if a := sender(t, direct).Send(ctx, second); a.Kind != mail.Accepted {
		t.Fatalf("TLS: %+v", a)
	}
	for _, c := range []struct {
		name, to string
		want     mail.Kind
		code     string
	}{
		{"refused for good at the recipient", "rcptto550@localhost", mail.Never, "550"},
		{"put off at the recipient", "rcptto450@localhost", mail.Later, "450"},
		{"refused for good after the data", "x554@localhost", mail.Never, "554"},
		{"put off after the data", "x451@localhost", mail.Later, "451"},
	} {
		a := sender(t, cfg).Send(ctx, letter(c.to))
		if a.Kind != c.want || !strings.Contains(a.Text, c.code) {
			t.Errorf("%s: %+v, want %v with %s", c.name, a, c.want, c.code)
		}
	}
	wrong := cfg
	wrong.Password = "sai"
	if a := sender(t, wrong).Send(ctx, letter("anh@localhost")); a.Kind != mail.Later || strings.Contains(a.Text, "sai") {
		t.Errorf("a wrong password is the operator's fault, not the letter's: %+v", a)
	}
	stranger := cfg
	stranger.Roots = nil
	if a := sender(t, stranger).Send(ctx, letter("anh@localhost")); a.Kind != mail.Later || !strings.Contains(a.Text, "certificate") {
		t.Errorf("a certificate nobody vouches for: %+v", a)
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if a := sender(t, cfg).Send(short, letter("rcpttotimeout@localhost")); a.Kind != mail.Later {
		t.Errorf("a server that says nothing: %+v", a)
	}
	read(t, m.Taken(t, 2)[0])
	m.Stop()
	if a := sender(t, cfg).Send(ctx, letter("anh@localhost")); a.Kind != mail.Later {
		t.Errorf("after the server ended: %+v", a)
	}
}

// read holds a letter, as the server delivered it, against what it must look like to a mail program.
func read(t *testing.T, raw string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != letter("").Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	from, err := m.Header.AddressList("From")
	if err != nil || from[0].Name != "Một cửa Minh Giang" {
		t.Errorf("from %v, %v", from, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<thu-1@localhost>", "Auto-Submitted": "auto-generated", "Content-Language": "vi", "List-Unsubscribe": "<https://motcua.example/thong-bao/tuy-chon>",
		"Date": "Mon, 02 Mar 2026 09:00:00 +0700",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("kind %q, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{{"text/plain", "Hồ sơ đã được tiếp nhận.\n.\nHết."}, {"text/html", "Kính gửi ông/bà"}} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want.kind) || !strings.Contains(strings.ReplaceAll(string(body), "\r\n", "\n"), want.text) {
			t.Errorf("part %s: %q, %v", p.Header.Get("Content-Type"), body, err)
		}
	}
	for line := range strings.Lines(raw) {
		if len(line) > 1000 || strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			t.Errorf("a line that servers may break: %q", line)
		}
	}
}

// script is a server that answers DATA as told, one connection after the other: what no real one does on demand.
type script struct {
	mu      sync.Mutex
	answers []string // after the data; "" hangs up without a word
	taken   []string
	addr    string
}

func play(t *testing.T, answers ...string) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &script{answers: answers, addr: l.Addr().String()}
	var talks sync.WaitGroup
	talks.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			talks.Go(func() { s.talk(c) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); talks.Wait() })
	return s
}

func (s *script) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	fmt.Fprint(c, "220 thử\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " "); verb {
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			s.mu.Lock()
			answer := s.answers[0]
			s.answers = s.answers[1:]
			if answer == "" || answer[0] == '2' {
				s.taken = append(s.taken, text.String())
			}
			s.mu.Unlock()
			if answer == "" {
				return
			}
			fmt.Fprint(c, answer+"\r\n")
		case "QUIT":
			fmt.Fprint(c, "221 bye\r\n")
			return
		default:
			fmt.Fprint(c, "250 ok\r\n")
		}
	}
}

func TestAnAnswerLostAfterTheDataIsInDoubtAndNothingElseIs(t *testing.T) {
	s := play(t, "451 4.7.1 greylisted", "", "250 2.0.0 queued as 7")
	send := sender(t, mail.Config{Server: s.addr, Security: mail.Plain, From: "motcua@vidu.vn"})
	for i, want := range []mail.Kind{mail.Later, mail.Lost, mail.Accepted} {
		a := send.Send(t.Context(), letter("anh@vidu.vn"))
		if a.Kind != want {
			t.Errorf("attempt %d: %+v, want %v", i+1, a, want)
		}
		if want == mail.Accepted && a.Text != "2.0.0 queued as 7" && a.Text != "250 2.0.0 queued as 7" {
			t.Errorf("the server's words: %q", a.Text)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) != 2 || !strings.Contains(s.taken[0], "Message-ID: <thu-1@localhost>") || !strings.Contains(s.taken[1], "Message-ID: <thu-1@localhost>") {
		t.Errorf("both copies carry the same Message-ID: %q", s.taken)
	}
}

func TestNoHeaderIsMadeOfWhatPeopleTyped(t *testing.T) {
	s := play(t, "250 ok")
	m := letter("anh@vidu.vn")
	m.Subject = "Tiếp nhận\r\nBcc: khac@vidu.vn"
	sender(t, mail.Config{Server: s.addr, Security: mail.Plain, From: "motcua@vidu.vn"}).Send(t.Context(), m)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.taken {
		head, err := netmail.ReadMessage(strings.NewReader(text))
		if err != nil || head.Header.Get("Bcc") != "" {
			t.Errorf("headers %v, %v", head, err)
		}
	}
}

func TestWhatCannotBeAServer(t *testing.T) {
	for name, c := range map[string]mail.Config{
		"no port":                      {Server: "mail.vidu.vn", From: "a@b.vn"},
		"no host":                      {Server: ":25", From: "a@b.vn"},
		"a port that is none":          {Server: "mail.vidu.vn:70000", From: "a@b.vn"},
		"no sender":                    {Server: "mail.vidu.vn:587"},
		"open over the net":            {Server: "mail.vidu.vn:25", From: "a@b.vn", Security: mail.Plain},
		"a protection that is unknown": {Server: "mail.vidu.vn:25", From: "a@b.vn", Security: "ssl3"},
		"a password without a user":    {Server: "mail.vidu.vn:587", From: "a@b.vn", Password: "x"},
	} {
		if _, err := mail.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	path := filepath.Join(t.TempDir(), "mat-khau")
	if err := os.WriteFile(path, []byte("bí mật \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p, err := mail.ReadPassword(path); err != nil || p != "bí mật " {
		t.Errorf("password %q, %v", p, err)
	}
	if _, err := mail.ReadRoots(path); err == nil {
		t.Error("a text that is no certificate was accepted")
	}
}
