package print

import "time"

// FormSet names the circular whose forms are drawn. A dossier keeps the set it was accepted under.
type FormSet string

// The two sets of forms in use since 2018.
const (
	TT01of2018 FormSet = "tt-01-2018" // TT 01/2018/TT-VPCP, with NĐ 61/2018
	TT03of2025 FormSet = "tt-03-2025" // TT 03/2025/TT-VPCP, with NĐ 118/2025
)

// Copy says which copy of a form a sheet is.
type Copy string

// Copies of a form. The zero value prints no mark.
const (
	CopyKept  Copy = "kept"  // liên 1, kept by the office
	CopyGiven Copy = "given" // liên 2, given to the person
)

// Head is the top of every form: who issues it, its number, and where and when. Names are given as
// they are written in a sentence; the form sets them in capitals.
type Head struct {
	Parent string    // the body above the issuing one; may be empty
	Agency string    // the issuing body
	Number string    // number in the book of the form, such as "12"; the template adds the symbol; may be empty
	Book   string    // the year of the book
	Place  string    // name of the place, such as "An Bình"
	Issued time.Time // day and time of issue; also the creation date of the PDF
	Copy   Copy
}

// Trace lets the holder of a paper follow the dossier and check that its record is whole.
type Trace struct {
	Address     string // full tracking address drawn as QR; empty draws no QR
	Site        string // short address to type, such as "motcua.anbinh.gov.vn/theo-doi"
	CheckSite   string // short address at which papers are checked
	Check       string // what is typed there, in groups: "k7wq 3mpx t2ab"; empty: the paper is in no book
	Secret      string // the word asked beside the dossier code; may be empty
	JournalHead string // signed head of the journal at the time of printing; may be empty
}

// Person is an applicant as printed: an individual or an organisation.
type Person struct {
	Name    string
	ID      string // personal identification number, tax code or enterprise code
	Address string
	Phone   string
	Email   string
}

// Component is one paper of the dossier with the number of sheets of each form handed in.
type Component struct {
	Name       string
	Originals  int // bản chính
	Certified  int // bản sao có chứng thực
	Copies     int // bản sao, bản chụp
	Electronic int // bản điện tử
}

// Fee is one fee or charge in đồng.
type Fee struct {
	Name   string
	Amount int64
	Note   string // such as "đã nộp" or "miễn"; may be empty
}

// Receipt is form 01: the paper that the dossier was received and when its result is due.
// It is one A5 page whatever the data.
type Receipt struct {
	Head
	Trace
	DossierCode string
	Desk        string // name of the receiving desk
	Applicant   Person
	Submitter   string // who stood at the desk, when not the applicant
	Procedure   string
	Components  []Component
	Sets        int    // number of sets; 0 leaves the line out
	Limit       string // statutory processing time in words: "10 ngày làm việc"
	ReceivedAt  time.Time
	DueAt       time.Time
	ReturnAt    string // where and how the result is returned
	Fees        []Fee
	Officer     string // receiving officer
}

// Stage says when a supplement was asked for.
type Stage string

// Stages of a supplement request.
const (
	AtReception Stage = "reception" // before acceptance
	AtAppraisal Stage = "appraisal" // by the resolving agency, through the desk
)

// SupplementItem is one thing that the person must supply or mend.
type SupplementItem struct {
	Name  string
	Form  string // form and quantity in words: "01 bản chính"; may be empty
	Wrong string // what is missing or wrong; may be empty
}

// SupplementRequest is form 02: everything missing, asked for once.
type SupplementRequest struct {
	Head
	Trace
	DossierCode  string
	Desk         string
	Applicant    Person
	Procedure    string
	Stage        Stage
	Items        []SupplementItem
	Reason       string
	Guidance     string
	LegalBasis   string
	Deadline     time.Time // last day to complete; zero leaves the line out
	Contact      string    // officer who explains
	ContactPhone string
	Officer      string // who signs
}

// RefusalKind says what is refused.
type RefusalKind string

// Kinds of refusal: at the door, or as the result of the procedure.
const (
	RefusedReception RefusalKind = "reception"
	NotEligible      RefusalKind = "not-eligible"
)

// Refusal is form 03: the reason in writing, with its legal basis.
type Refusal struct {
	Head
	Trace
	DossierCode string
	Kind        RefusalKind
	Desk        string
	Applicant   Person
	Procedure   string
	Reason      string // may have several lines
	LegalBasis  string
	Guidance    string // where the person may turn; may be empty
	Official    string // number the agency gave the result, when NotEligible
	Officer     string // who signs
	SignerTitle string // post of who signs when NotEligible: "GIÁM ĐỐC"
}

// Outcome compares the end of a leg with its own limit.
type Outcome string

// Outcomes of a leg. The zero value means that it is not over.
const (
	Early   Outcome = "early"
	OnTime  Outcome = "on-time"
	Overdue Outcome = "overdue"
)

// Handover is one change of custody: who handed the dossier to whom, and how the handing side had kept its time.
type Handover struct {
	From, To         string // agencies or units
	GivenBy, TakenBy string // persons
	At               time.Time
	Outcome          Outcome
	Note             string
}

// ControlSlip is the slip that travels with the dossier: form 05 of TT 01/2018, form 06 of TT 03/2025.
type ControlSlip struct {
	Head
	Trace
	DossierCode string
	Applicant   string
	Procedure   string
	Resolving   string // resolving agency
	Cooperating string // other agencies in one line; may be empty
	ReceivedAt  time.Time
	DueAt       time.Time
	Handovers   []Handover
}

// Apology is form 04: the office owns a delay and names the new date. In the set of 2025 it also asks the desk for
// the extension.
type Apology struct {
	Head
	Trace
	DossierCode string
	Desk        string
	Applicant   Person
	Procedure   string
	ReceivedAt  time.Time
	DueAt       time.Time // the date that cannot be kept
	NewDue      time.Time
	Reason      string
	ByAgency    bool   // the delay is the agency's fault
	ReturnAt    string // where the result is returned
	Officer     string // who signs
	SignerTitle string
}

// StopKind says why a dossier is no longer dealt with.
type StopKind string

// Kinds of stops: the applicant's wish, or papers that were not handed in in time.
const (
	StoppedAtWish StopKind = "wish"
	ClosedInTime  StopKind = "closed"
)

// StopNotice is form 05 of TT 03/2025.
type StopNotice struct {
	Head
	Trace
	Kind        StopKind
	DossierCode string
	Desk        string
	Applicant   Person
	Procedure   string
	ReceivedAt  time.Time
	AskedAt     time.Time // when the applicant asked, or when papers were asked for
	StoppedAt   time.Time
	Until       time.Time // day that passed without completion, when ClosedInTime
	Reason      string
	Papers      string // what is given back, on which basis
	Fees        string // what is paid back or not, on which basis
	Officer     string
}

// RegisterRow is one line of a book of dossiers. Times are written short; text that was erased says so.
type RegisterRow struct {
	Serial     int
	Code       string
	Procedure  string
	Sets       int
	Applicant  string
	Contact    string // address and phone
	Resolving  string
	Received   time.Time
	Due        time.Time
	Forwarded  time.Time
	Result     time.Time // received from the agency
	Returned   time.Time
	Method     string // how it was returned
	ReturnedTo string // who took it: stands for the signature
	Notes      string
}

// Register is a book of dossiers of one desk and year: form 06 of TT 01/2018, form 07 of TT 03/2025.
type Register struct {
	Head
	Year   int
	Title  string // of another book than that of dossiers; empty: as the form says
	Locked string // when and by whom the book was locked, and its digest; empty while it is open
	Rows   []RegisterRow
}
