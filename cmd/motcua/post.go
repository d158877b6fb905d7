package main

import (
	"errors"
	"os"

	"github.com/motcua/motcua/internal/mail"
)

// mailPasswordFile names the file that holds the mail server's password: secrets never come by flags.
const mailPasswordFile = "MOTCUA_SMTP_PASSWORD_FILE"

// mailFlags name the mail server for notices.
type mailFlags struct{ server, from, user, security, roots string }

func (m *mailFlags) flags(f *flags) {
	f.StringVar(&m.server, "smtp", "", "mail server for notices, `HOST:PORT`; without one letters are held")
	f.StringVar(&m.from, "smtp-from", "", "sender of letters: \"Name <address>\"")
	f.StringVar(&m.user, "smtp-user", "", "sign in to the mail server as; the password is in the file that "+mailPasswordFile+" names")
	f.StringVar(&m.security, "smtp-security", "starttls", "starttls, tls, or none (a server on this machine only)")
	f.StringVar(&m.roots, "smtp-roots", "", "certificates of authorities that vouch for the mail server, as PEM (default: those of the system)")
}

// config reads what the flags name and checks it; the zero Config means no mail server.
func (m *mailFlags) config() (mail.Config, error) {
	if m.server == "" {
		if m.from != "" || m.user != "" {
			return mail.Config{}, errors.New("--smtp-from and --smtp-user want --smtp")
		}
		return mail.Config{}, nil
	}
	c := mail.Config{Server: m.server, From: m.from, User: m.user, Security: mail.Security(m.security)}
	if path := os.Getenv(mailPasswordFile); path != "" {
		var err error
		if c.Password, err = mail.ReadPassword(path); err != nil {
			return c, err
		}
	} else if m.user != "" {
		return c, errors.New("--smtp-user wants the password in the file that " + mailPasswordFile + " names")
	}
	if m.roots != "" {
		var err error
		if c.Roots, err = mail.ReadRoots(m.roots); err != nil {
			return c, err
		}
	}
	_, err := mail.New(c)
	return c, err
}
