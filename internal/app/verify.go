package app

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sign"
)

// authorities is whom the province believes: certificates and revocation lists (.crl) of a folder. The
// folder is read again after a while, since lists are replaced every day.
type authorities struct {
	folder string
	now    func() time.Time

	mu    sync.Mutex
	read  time.Time
	trust *sign.Trust
	lists [][]byte
}

const (
	authoritiesLife = 10 * time.Minute
	maxLists        = 64 << 20 // bytes of all revocation lists
)

// options is what signatures are judged with now. Whoever cannot be read is not believed any more: the error says so.
func (x *authorities) options() (sign.Options, error) {
	now := x.now()
	o := sign.Options{Now: now}
	if x.folder == "" {
		return o, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.trust == nil || now.Sub(x.read).Abs() > authoritiesLife {
		trust, err := sign.ReadTrust(os.DirFS(x.folder))
		if err != nil {
			return o, err
		}
		lists, err := readLists(x.folder)
		if err != nil {
			return o, err
		}
		x.trust, x.lists, x.read = trust, lists, now
	}
	o.Trust = x.trust
	if len(x.lists) > 0 {
		o.Revocation = sign.Lists(x.lists...)
	}
	return o, nil
}

func readLists(folder string) ([][]byte, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	room := int64(maxLists)
	for _, f := range files {
		if f.IsDir() || !strings.EqualFold(filepath.Ext(f.Name()), ".crl") {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return nil, err
		}
		if room -= info.Size(); room < 0 {
			return nil, errLists
		}
		raw, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, raw)
	}
	return out, nil
}

// judging bounds how many PDFs are held in memory to be judged at once.
var judging = make(chan struct{}, 2)

// signatures judges the digital signatures of a PDF that came in; nil when it has none. What could not be judged is
// said to be unknown: a file is not refused because its signatures are not understood.
func (a *App) signatures(ctx context.Context, r io.ReaderAt, size int64) *dossier.Signatures {
	select {
	case judging <- struct{}{}:
		defer func() { <-judging }()
	case <-ctx.Done():
		return nil
	}
	o, err := a.believed.options()
	if err != nil {
		a.cfg.Log.ErrorContext(ctx, "authorities not read, nobody's signature is believed", "err", err)
	}
	got, err := sign.VerifyFile(r, size, o)
	if err != nil {
		a.cfg.Log.WarnContext(ctx, "signatures not judged", "err", err)
		return nil
	}
	return summary(got)
}

func summary(got sign.Result) *dossier.Signatures {
	if got.Status == sign.None {
		return nil
	}
	out := &dossier.Signatures{Status: string(got.Status)}
	for _, s := range got.Signatures {
		if s.Stamp {
			continue // a time stamp is nobody's signature
		}
		out.Count++
		name := []rune(strings.TrimSpace(s.Signer))
		if len(name) > 0 && len(out.Signers) < dossier.MaxSigners {
			out.Signers = append(out.Signers, string(name[:min(len(name), dossier.MaxSignerName)]))
		}
	}
	out.Count = max(out.Count, 1)
	return out
}
