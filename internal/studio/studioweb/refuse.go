package studioweb

import (
	"context"
	"errors"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
)

func agencyID(s string) agency.ID { return agency.ID(s) }

// refusal is the sentence of a refusal that a form can show; ok is false for everything else.
func refusal(ctx context.Context, err error) (why string, ok bool) {
	f, is := errors.AsType[*fault.Error](err)
	if !is || f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.Stale && f.Kind != fault.TooLarge {
		return "", false
	}
	if from, ok := f.Args["from"].(string); ok {
		f = f.With("from", day(ctx, from))
	}
	return web.ErrorText(ctx, f), true
}
