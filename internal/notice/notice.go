// Package notice decides who is told what about a dossier, when and in which words: the
// applicant by the account or by letter, officers by the queue their work waits in. It holds
// the kinds of notices, the rules that follow from events and from time, the
// templates, quiet hours and what a person chose. It does no I/O.
//
// One rule to know: a notice belongs to an event of the journal. What is told is what stood
// in the dossier after that event, and telling again changes nothing.
package notice

import (
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/fault"
)

// Kind is what a notice says. A kind named like an event follows that event.
type Kind string

// Kinds for the applicant.
const (
	// The automatic acknowledgement.
	// law: ND118-2025 17.2
	Submitted           Kind = "submitted"
	Accepted            Kind = "accepted"
	SupplementRequested Kind = "supplement_requested"
	SupplementReminder  Kind = "supplement_reminder" // before the days to complete are over
	Supplemented        Kind = "supplemented"
	Refused             Kind = "refused"
	Redirected          Kind = "redirected"
	Paused              Kind = "paused"
	Resumed             Kind = "resumed"
	// law: ND61-2018 19.9; ND118-2025 19.6
	Apologised          Kind = "apologised"
	DueRevised          Kind = "due_revised"
	ObligationNoted     Kind = "obligation_noted"
	ObligationMet       Kind = "obligation_met"
	Withdrawn           Kind = "withdrawn"
	WithdrawalRequested Kind = "withdrawal_requested"
	WithdrawalDropped   Kind = "withdrawal_dropped"
	Stopped             Kind = "stopped"
	// law: ND118-2025 19.5
	Closed   Kind = "closed"
	Resolved Kind = "resolved"
	// Early return is welcome, but the person is told before they come.
	// law: ND61-2018 20.4; ND118-2025 22.5
	ResolvedEarly    Kind = "resolved_early"
	NotEligible      Kind = "not_eligible"
	Returned         Kind = "returned" // and the invitation to rate
	CorrectionOpened Kind = "correction_opened"
	Corrected        Kind = "corrected"
	Reissued         Kind = "reissued"
	Undone           Kind = "undone"
	Erased           Kind = "erased"
	Progress         Kind = "progress" // a step was done; only where the law wants every change told
)

// Kinds for officers.
const (
	// Owed within two hours of the acknowledgement, told at once.
	// law: ND118-2025 17.2
	Arrived            Kind = "arrived"
	ArrivedReminder    Kind = "arrived_reminder"    // nobody has acted and the two hours end
	AnswerDue          Kind = "answer_due"          // the answer to a submission is due soon
	Assigned           Kind = "assigned"            // work was given to this very post
	SupplementReceived Kind = "supplement_received" // the applicant completed the dossier
	DueSoon            Kind = "due_soon"
	Overdue            Kind = "overdue"
	WithdrawalAsked    Kind = "withdrawal_asked"
	CorrectionAsked    Kind = "correction_asked"
	WorkArrived        Kind = "work_arrived" // work came to the queue from another agency
	Consulted          Kind = "consulted"    // the agency is asked for its opinion
	Answered           Kind = "answered"     // the agency that was asked, or does a sub-case, has answered
	Recalled           Kind = "recalled"     // nobody waits for the opinion any more
	SubOpened          Kind = "sub_opened"   // a sub-case begins at the agency
	Escalated          Kind = "escalated"    // a step at the agency is late
	// law: ND61-2018 19.5; ND118-2025 19.4
	DeskTold    Kind = "desk_told"   // the lead says that an opinion is late
	Undelivered Kind = "undelivered" // a letter the applicant must have could not be delivered
)

// Topic groups kinds for the person who chooses what to receive.
type Topic string

// Topics of applicants and of officers.
const (
	Reception Topic = "reception"
	Steps     Topic = "steps"
	Needed    Topic = "needed" // the applicant has to do something
	Dates     Topic = "dates"
	Results   Topic = "results"
	After     Topic = "after"

	Arrivals  Topic = "arrivals"
	Work      Topic = "work"
	Deadlines Topic = "deadlines"
	Changes   Topic = "changes"
)

// CitizenTopics and OfficerTopics are the topics in the order of the page of choices.
var (
	CitizenTopics = []Topic{Reception, Steps, Needed, Dates, Results, After}
	OfficerTopics = []Topic{Arrivals, Work, Deadlines, Changes}
)

// kind is what the product knows of a Kind.
type kind struct {
	topic   Topic
	officer bool
	// always: the law wants the person to know, so it stays in the list of notices whatever was chosen.
	always bool
	events []string // kinds of events it may follow, besides the one of its own name
}

// dated are the events that may set a due date, from which reminders count.
var dated = []string{"accepted", "supplemented", "resumed", "apologised", "due_revised", "withdrawal_dropped", "obligation_met", "undone", "obligation_noted"}

var kinds = map[Kind]kind{
	Submitted:           {topic: Reception},
	Accepted:            {topic: Reception},
	Supplemented:        {topic: Reception},
	Redirected:          {topic: Reception, always: true},
	Progress:            {topic: Steps, events: []string{"moved", "passed"}},
	Refused:             {topic: Results, always: true},
	SupplementRequested: {topic: Needed, always: true},
	SupplementReminder:  {topic: Needed, always: true, events: []string{"supplement_requested"}},
	ObligationNoted:     {topic: Needed, always: true},
	ObligationMet:       {topic: Needed},
	Paused:              {topic: Dates},
	Resumed:             {topic: Dates},
	Apologised:          {topic: Dates, always: true},
	DueRevised:          {topic: Dates, always: true},
	Withdrawn:           {topic: Results, always: true},
	WithdrawalRequested: {topic: Results},
	WithdrawalDropped:   {topic: Results},
	Stopped:             {topic: Results, always: true},
	Closed:              {topic: Results, always: true},
	Resolved:            {topic: Results, always: true},
	ResolvedEarly:       {topic: Results, always: true, events: []string{"resolved"}},
	NotEligible:         {topic: Results, always: true, events: []string{"resolved"}},
	CorrectionOpened:    {topic: Results, always: true},
	Corrected:           {topic: Results, always: true},
	Reissued:            {topic: Results, always: true},
	Returned:            {topic: After},
	Undone:              {topic: After},
	Erased:              {topic: After, always: true, events: []string{"personal_data_erased"}},

	Arrived:            {topic: Arrivals, officer: true, events: []string{"submitted", "redirected"}},
	ArrivedReminder:    {topic: Arrivals, officer: true, events: []string{"submitted", "redirected"}},
	AnswerDue:          {topic: Arrivals, officer: true, events: []string{"submitted", "supplemented", "redirected", "undone"}},
	Assigned:           {topic: Work, officer: true, events: []string{"moved", "passed", "accepted"}},
	WorkArrived:        {topic: Work, officer: true, events: []string{"moved", "passed", "accepted"}},
	Consulted:          {topic: Work, officer: true, events: []string{"moved", "passed", "accepted"}},
	Answered:           {topic: Work, officer: true, events: []string{"moved"}},
	Recalled:           {topic: Work, officer: true, events: []string{"moved", "passed", "resolved"}},
	SubOpened:          {topic: Work, officer: true, events: []string{"moved", "passed", "accepted"}},
	Escalated:          {topic: Deadlines, officer: true},
	DeskTold:           {topic: Deadlines, officer: true, events: []string{"noted"}},
	SupplementReceived: {topic: Work, officer: true, events: []string{"supplemented"}},
	DueSoon:            {topic: Deadlines, officer: true, events: dated},
	Overdue:            {topic: Deadlines, officer: true, events: dated},
	WithdrawalAsked:    {topic: Changes, officer: true, events: []string{"withdrawal_requested"}},
	CorrectionAsked:    {topic: Changes, officer: true, events: []string{"correction_opened"}},
	Undelivered:        {topic: Changes, officer: true, events: anyEvent},
}

// anyEvent stands for every kind of event.
var anyEvent = []string{"*"}

// Kinds lists all kinds by name.
func Kinds() []Kind {
	out := make([]Kind, 0, len(kinds))
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Known reports whether the product has notices of the kind.
func (k Kind) Known() bool { _, ok := kinds[k]; return ok }

// Topic returns the group of the kind.
func (k Kind) Topic() Topic { return kinds[k].topic }

// ForOfficers reports whether officers are told, and not the applicant.
func (k Kind) ForOfficers() bool { return kinds[k].officer }

// Always reports whether it stays in the person's list whatever they chose.
func (k Kind) Always() bool { return kinds[k].always }

// eventPrefix begins the kinds of a dossier's events.
const eventPrefix = dossier.Kind + "."

// Follows reports whether a notice of the kind may follow an event of the kind.
func (k Kind) Follows(event string) bool {
	name, ok := strings.CutPrefix(event, eventPrefix)
	if !ok {
		return false
	}
	is := kinds[k]
	return name == string(k) || slices.Contains(is.events, name) || len(is.events) == 1 && is.events[0] == "*"
}

// Reader is whose list a notice stands in: an account or a queue of work.
type Reader string

// ByLetterOnly is the reader of an applicant who has no account.
const ByLetterOnly Reader = ""

const personPrefix = "person:"

// ToPerson is the list of an account.
func ToPerson(id string) Reader { return Reader(personPrefix + id) }

// ToQueue is the list shared by those who may hold the work.
func ToQueue(h casefile.Holder) Reader { return Reader(h.Queue()) }

// Person returns the account, empty for a queue.
func (r Reader) Person() string {
	id, _ := strings.CutPrefix(string(r), personPrefix)
	if id == string(r) {
		return ""
	}
	return id
}

// Readers lists the lists that are the actor's: their own, or those of the post they act in.
func Readers(a access.Actor) []Reader {
	switch {
	case a.Citizen && a.Person != "":
		return []Reader{ToPerson(a.Person)}
	case a.Post != "":
		queues := casefile.Queues(a)
		out := make([]Reader, len(queues))
		for i, q := range queues {
			out[i] = Reader(q)
		}
		return out
	}
	return nil
}

// Notice is one thing told to one reader. Officers share the notices of a queue: one of them reads it for all.
type Notice struct {
	ID       string
	Case     string
	Seq      int64 // number of the event it follows
	Kind     Kind
	Occasion string // of a reminder: what it reminds of; empty for the event itself
	Reader   Reader
	Shown    string // code or reference of the dossier
	Facts    Facts  // erased with the dossier
	At       time.Time
	Told     time.Time
	Read     time.Time // zero: not yet
	ReadBy   string    // person, or Settled
}

// Entry is a notice with the letters that were written about it.
type Entry struct {
	Notice
	Letters []Delivery
}

// Settled stands in ReadBy when the dossier went on before anybody opened the notice: there is nothing left to do.
const Settled = "settled"

// Refusals of the slice; their texts are error.<code> in lang/notice.*.json.
var (
	// ErrNone: there is no such notice for this reader.
	ErrNone = fault.New(fault.NotFound, "notice.none")
	// ErrAddress: what was typed is no e-mail address.
	ErrAddress = fault.New(fault.Invalid, "notice.address")
	// ErrLink: the link of a letter is old, was used up or is not for this person.
	ErrLink = fault.New(fault.NotFound, "notice.link")
	// ErrNoServer: no mail server is configured, so no address can be confirmed.
	ErrNoServer = fault.New(fault.Unavailable, "notice.no-server")
	// ErrAgain: a letter was sent a moment ago.
	ErrAgain = fault.New(fault.TooMany, "notice.again")
)
