package dossier

import (
	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/workflow"
)

// Turns of a dossier's life besides reception and the actions of its process.
const (
	ActPause             = "pause"
	ActResume            = "resume"
	ActApologise         = "apologise"
	ActExplain           = "explain_lateness"
	ActObligate          = "obligate"
	ActMeet              = "meet_obligation"
	ActWithdraw          = "withdraw"
	ActRequestWithdrawal = "request_withdrawal"
	ActDropWithdrawal    = "drop_withdrawal"
	ActStop              = "stop"
	ActClose             = "close"
	ActRedirect          = "redirect"
	ActUndo              = "undo"
	ActOpenCorrection    = "open_correction"
	ActCorrect           = "correct"
	ActReissue           = "reissue"
	ActRate              = "rate"
)

// returning is the step in which a corrected result waits where the process has no step to hand it over.
var returning = workflow.Step{ID: returnStep, Title: returnTitle, At: workflow.AtDesk, Role: access.RoleReceiving, Actions: []workflow.Action{
	{ID: returnStep, Label: returnLabel, Means: workflow.Hand, Primary: true},
}}

// turn is a lawful turn and who may take it when. The move itself asks the same question.
type turn struct {
	act Act
	may func(*Dossier, Facts, access.Actor) error
}

var turns = []turn{
	{Act{ID: ActUndo}, (*Dossier).mayUndo},
	{Act{ID: ActResume, Primary: true}, (*Dossier).mayResume},
	{Act{ID: ActMeet, Primary: true}, (*Dossier).mayMeet},
	{Act{ID: ActCorrect, Primary: true, Result: true}, (*Dossier).mayCorrect},
	{Act{ID: ActApologise, Note: true}, (*Dossier).mayApologise},
	{Act{ID: ActExplain, Note: true}, (*Dossier).mayExplain},
	{Act{ID: ActObligate}, (*Dossier).mayObligate},
	{Act{ID: ActPause}, (*Dossier).mayPause},
	{Act{ID: ActRedirect, Note: true}, (*Dossier).mayRedirect},
	{Act{ID: ActDropWithdrawal}, (*Dossier).mayDropWithdrawal},
	{Act{ID: ActOpenCorrection, Note: true}, (*Dossier).mayOpenCorrection},
	{Act{ID: ActReissue, Note: true}, (*Dossier).mayReissue},
	{Act{ID: ActRate}, (*Dossier).mayRate},
	{Act{ID: ActWithdraw, Danger: true}, (*Dossier).mayWithdraw},
	{Act{ID: ActRequestWithdrawal, Danger: true}, (*Dossier).mayRequestWithdrawal},
	{Act{ID: ActStop, Danger: true}, (*Dossier).mayStop},
	{Act{ID: ActClose, Danger: true}, (*Dossier).mayClose},
}

// Turns lists the lawful turns the actor may take now, in the order in which screens offer them.
func (d *Dossier) Turns(f Facts, by access.Actor) []Act {
	var out []Act
	for _, t := range turns {
		if t.may(d, f, by) == nil {
			out = append(out, t.act)
		}
	}
	return out
}
