package paper

import (
	"fmt"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/print"
)

// custody is the rows of the control slip that say which papers changed hands: a hand-over counts from the
// receiver's confirmation, and its time is judged against what the law gives the leg.
func (s Source) custody(d *dossier.Dossier) []print.Handover {
	var out []print.Handover
	for _, h := range d.Handovers {
		if h.State != dossier.HandoverConfirmed {
			continue
		}
		x := print.Handover{
			From: s.keeper(h.From, h.At), To: s.keeper(h.To, h.Answered), GivenBy: s.signer(h.By, h.At), TakenBy: s.signer(h.Answerer, h.Answered),
			At: h.Answered, Outcome: moved(h), Note: papersMoved(d, h),
		}
		switch {
		case !h.From.Office() && h.From.Kind != dossier.KeeperFile:
			x.GivenBy = h.Person
		case !h.To.Office() && h.To.Kind != dossier.KeeperFile:
			x.TakenBy = h.Person
		}
		out = append(out, x)
	}
	return out
}

// moved compares when papers were taken over with the time of their leg; without one nothing is said.
func moved(h dossier.Handover) print.Outcome {
	switch {
	case h.Due.IsZero():
		return ""
	case h.Answered.Before(h.Due):
		return print.Early
	case h.Answered.Equal(h.Due):
		return print.OnTime
	}
	return print.Overdue
}

// keeper names who has papers, as the slip has it: in Vietnamese, like all it says.
func (s Source) keeper(k dossier.Keeper, at time.Time) string {
	switch k.Kind {
	case dossier.KeeperApplicant:
		return "Người nộp hồ sơ"
	case dossier.KeeperPostal:
		return "Bưu chính công ích"
	case dossier.KeeperFile:
		return "Lưu hồ sơ, " + s.Agency(k.Agency, at)
	}
	return s.Agency(k.Agency, at)
}

var sheets = map[string]string{dossier.FormOriginal: "bản chính", dossier.FormCertified: "bản sao chứng thực", dossier.FormCopy: "bản sao"}

func papersMoved(d *dossier.Dossier, h dossier.Handover) string {
	var out []string
	for _, id := range h.Items {
		if it, ok := d.Item(id); ok {
			out = append(out, fmt.Sprintf("%s (%d %s)", it.Name, it.Count, sheets[it.Form]))
		}
	}
	if h.Evidence != "" {
		out = append(out, "số "+h.Evidence)
	}
	return strings.Join(out, "; ")
}
