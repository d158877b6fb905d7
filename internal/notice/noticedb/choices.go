package noticedb

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/jobs"
	"github.com/motcua/motcua/internal/notice"
	"github.com/motcua/motcua/internal/sqldb"
)

const (
	choiceColumns = `person, language, email, email_at, pending, pending_at, quiet, topics_off, topics_on, updated_at`
	sqlChoice     = `SELECT ` + choiceColumns + ` FROM notice_choice WHERE person = $1`
	sqlSaveChoice = `INSERT INTO notice_choice (` + choiceColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (person) DO UPDATE SET language = excluded.language, email = excluded.email, email_at = excluded.email_at, pending = excluded.pending,
			pending_at = excluded.pending_at, quiet = excluded.quiet, topics_off = excluded.topics_off, topics_on = excluded.topics_on, updated_at = excluded.updated_at`
)

// Choice is what a person chose; the zero choice for who never did.
func (s *Store) Choice(ctx context.Context, person string) (notice.Choice, error) {
	return choiceOf(s.db.QueryRow(ctx, sqlChoice, person), person)
}

func choiceOf(row *sqldb.Row, person string) (notice.Choice, error) {
	c := notice.Choice{Person: person}
	var emailAt, pendingAt, updated int64
	var quiet bool
	var off, on string
	err := row.Scan(&c.Person, &c.Language, &c.Email, &emailAt, &c.Pending, &pendingAt, &quiet, &off, &on, &updated)
	if errors.Is(err, sqldb.ErrNoRows) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("read choice: %w", err)
	}
	c.EmailAt, c.Asked, c.Loud = instant(emailAt), instant(pendingAt), !quiet
	return c, errors.Join(json.Unmarshal([]byte(off), &c.Off), json.Unmarshal([]byte(on), &c.On))
}

// Change changes what a person chose.
func (s *Store) Change(ctx context.Context, person string, change func(c *notice.Choice) error) error {
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error { return s.change(ctx, tx, person, change) })
}

func (s *Store) change(ctx context.Context, tx *sqldb.Tx, person string, change func(c *notice.Choice) error) error {
	c, err := choiceOf(tx.QueryRow(ctx, sqlChoice, person), person)
	if err != nil {
		return err
	}
	if err := change(&c); err != nil {
		return err
	}
	off, err := json.Marshal(append([]string{}, c.Off...))
	if err != nil {
		return err
	}
	on, err := json.Marshal(append([]string{}, c.On...))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlSaveChoice, person, string(c.Language), c.Email, micros(c.EmailAt), c.Pending, micros(c.Asked), !c.Loud, string(off), string(on), s.Now().UnixMicro())
	return err
}

// confirmArgs are the arguments of a ConfirmJob. They hold no secret: the link is signed when it is written.
type confirmArgs struct {
	Person   string          `json:"person"`
	Asked    int64           `json:"asked"`
	Officer  bool            `json:"officer,omitempty"`
	Language notice.Language `json:"language"`
	Tries    int             `json:"tries,omitempty"`
}

// AskConfirm has a letter sent to the address whose link makes it the person's.
func (s *Store) AskConfirm(ctx context.Context, person, address string, officer bool, l notice.Language) error {
	address, err := notice.ParseAddress(address)
	if err != nil {
		return err
	}
	if s.Mailer == nil || s.Address == "" {
		return notice.ErrNoServer
	}
	now := s.Now().Truncate(time.Microsecond)
	return s.db.InTx(ctx, func(tx *sqldb.Tx) error {
		err := s.change(ctx, tx, person, func(c *notice.Choice) error {
			if c.Pending != "" && now.Sub(c.Asked) < notice.AskAgainAfter {
				return notice.ErrAgain
			}
			c.Pending, c.Asked = address, now
			return nil
		})
		if err != nil {
			return err
		}
		return s.queue.Enqueue(ctx, tx, jobs.Job{Kind: ConfirmJob, Args: confirmArgs{Person: person, Asked: now.UnixMicro(), Officer: officer, Language: l}})
	})
}

// sendConfirmation does a ConfirmJob.
func (s *Store) sendConfirmation(ctx context.Context, run *jobs.Run) error {
	var a confirmArgs
	if err := run.Decode(&a); err != nil {
		return err
	}
	c, err := s.Choice(ctx, a.Person)
	if err != nil {
		return err
	}
	asked := instant(a.Asked)
	if s.Mailer == nil || !c.Confirms(c.Pending, asked, s.Now()) {
		return nil // another address was asked for, or the link would be too old
	}
	path := "/thong-bao/xac-nhan"
	if a.Officer {
		path = "/lam-viec/tuy-chon-thong-bao/xac-nhan"
	}
	l := notice.Confirmation(a.Language, s.Address+path+"?ma="+s.token(a.Person, c.Pending, a.Asked))
	l.To, l.MessageID = c.Pending, fmt.Sprintf("xac-nhan-%d-%.10s@%s", a.Asked, s.token(a.Person, c.Pending, a.Asked)[17:], s.Domain)
	limited, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	switch o := s.Mailer.Send(limited, l); o.Verdict {
	case notice.Taken, notice.Unknown:
		return nil
	case notice.Never:
		return jobs.GiveUp(fmt.Errorf("the mail server refused: %s", notice.Delivery{Address: c.Pending}.Clean(o.Answer)))
	default:
		return fmt.Errorf("the mail server put it off: %s", notice.Delivery{Address: c.Pending}.Clean(o.Answer))
	}
}

// token is what the link of a confirmation carries: when it was asked for, and a mark that only this service makes.
func (s *Store) token(person, address string, asked int64) string {
	m := hmac.New(sha256.New, s.Secret)
	fmt.Fprintf(m, "notice-address\n%s\n%s\n%d", person, address, asked)
	return fmt.Sprintf("%016x.", asked) + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// Confirm makes the address that waits the person's own, when the link's token is of the letter that went there.
func (s *Store) Confirm(ctx context.Context, person, token string) error {
	now := s.Now()
	return s.Change(ctx, person, func(c *notice.Choice) error {
		head, _, _ := strings.Cut(token, ".")
		asked, err := strconv.ParseInt(head, 16, 64)
		if err != nil || !c.Confirms(c.Pending, instant(asked), now) || !hmac.Equal([]byte(token), []byte(s.token(person, c.Pending, asked))) {
			return notice.ErrLink
		}
		c.Email, c.EmailAt, c.Pending, c.Asked = c.Pending, now, "", time.Time{}
		return nil
	})
}

// Suggested is the address to be offered to who has not confirmed one yet.
func (s *Store) Suggested(ctx context.Context, person string) (string, error) {
	return s.People.Email(ctx, person)
}

// Mails reports whether letters can be sent.
func (s *Store) Mails() bool { return s.Mailer != nil }
