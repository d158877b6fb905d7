package dossier

import (
	"encoding/json"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
)

// Judged is the procedure version of the dossier as its rules have it for this case: which papers are required,
// which limit and which fees hold. It is judged on the day the dossier was lodged, so that a paper printed later
// says the same.
func (d *Dossier) Judged(cat *procedure.Catalogue) procedure.Judged {
	return judged(cat, d.Procedure.Digest, d.Form.Digest, d.Answers, d.Channel, d.Competent, day(d.SubmittedAt))
}

// JudgedDraft is the same for a draft with these answers, on the day it would be lodged.
func JudgedDraft(cat *procedure.Catalogue, draft Draft, answers json.RawMessage, today string) procedure.Judged {
	competent := draft.Competent
	if v, ok := cat.Pinned(draft.Digest); ok && competent == "" {
		if id, err := cat.OfferOf(v, today).Resolver("", draft.Place); err == nil {
			competent = id
		}
	}
	return judged(cat, draft.Digest, draft.Form.Digest, answers, draft.Channel, competent, today)
}

// judged judges a version that is known; the zero Judged has a version all the same.
func judged(cat *procedure.Catalogue, version, form string, answers json.RawMessage, channel string, competent agency.ID, day string) procedure.Judged {
	v, ok := cat.Pinned(version)
	if !ok {
		return procedure.Judged{Version: &procedure.Version{}}
	}
	if cat.Terms(v, form) == nil {
		return procedure.Judged{Version: v} // most procedures: nothing depends on the case
	}
	return cat.For(v, form, procedure.Case{Answers: readAnswers(answers), Channel: channel, Competent: competent, Day: day})
}

// readAnswers reads stored answers; what cannot be read is absent.
func readAnswers(raw json.RawMessage) eform.Answers {
	if len(raw) > 0 {
		if a, err := eform.ReadAnswers(raw); err == nil {
			return a
		}
	}
	return eform.Answers{}
}
