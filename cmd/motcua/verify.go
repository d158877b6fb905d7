package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/sign"
	"github.com/motcua/motcua/lang"
)

func runVerify(_ context.Context, args []string, s stdio) int {
	f := newFlags(s, "verify", `Usage: motcua verify FILE… [--sign-roots FOLDER] [--json] [--lang vi|en]

Judges the digital signatures of PDF files as uploads are judged. The exit code is 0 when every file is signed and
every signature is valid.`)
	roots := f.String("sign-roots", os.Getenv("MOTCUA_SIGN_ROOTS"), "`FOLDER` of PEM files: authorities whose signatures are believed ($MOTCUA_SIGN_ROOTS)")
	asJSON := f.Bool("json", false, "print one JSON object a file")
	language := f.String("lang", string(lang.VI), "language of the sentences: vi or en")
	files, code, done := f.parse(args)
	switch {
	case done:
		return code
	case len(files) == 0:
		return f.wrong("name a file")
	case *language != string(lang.VI) && *language != string(lang.EN):
		return f.wrong("--lang is vi or en")
	}
	o := sign.Options{Now: time.Now()}
	if *roots != "" {
		trust, err := sign.ReadTrust(os.DirFS(*roots))
		if err != nil {
			return s.fail(err)
		}
		o.Trust = trust
	}
	code = exitOK
	for _, path := range files {
		got, err := verifyPath(path, o)
		if err != nil {
			return s.fail(err)
		}
		if got.Status != sign.Valid {
			code = exitWrong
		}
		if *asJSON {
			err = json.NewEncoder(s.out).Encode(struct {
				File string `json:"file"`
				sign.Result
			}{path, got})
			if err != nil {
				return s.fail(err)
			}
			continue
		}
		fmt.Fprintln(s.out, path+": "+verdict(lang.Code(*language), got))
	}
	return code
}

func verifyPath(path string, o sign.Options) (sign.Result, error) {
	in, err := os.Open(path)
	if err != nil {
		return sign.Result{}, err
	}
	defer func() { _ = in.Close() }() // reads only
	info, err := in.Stat()
	if err != nil {
		return sign.Result{}, err
	}
	return sign.VerifyFile(in, info.Size(), o)
}

// verdict says what a file's signatures are worth, one line for each.
func verdict(code lang.Code, r sign.Result) string {
	lines := []string{lang.Text(code, r.Status.Key(), "n", max(1, len(r.Signatures)))}
	if r.Reason != "" {
		lines[0] += " " + lang.Text(code, r.Reason.Key())
	}
	for i, x := range r.Signatures {
		line := fmt.Sprintf("  %d. %s", i+1, x.Signer)
		if at := x.Claimed; !at.IsZero() {
			line += ", " + at.In(calendar.Zone).Format("15:04:05 02/01/2006")
		}
		line += ": " + string(x.Status)
		if x.Reason != "" {
			line += ". " + lang.Text(code, x.Reason.Key())
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
