package workflowweb_test

import (
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/internal/workflow/draw"
	"github.com/motcua/motcua/internal/workflow/workflowweb"
	"github.com/motcua/motcua/lang"
)

func process() *workflow.Process {
	return &workflow.Process{ID: "p", Title: "Cấp giấy", Start: "tham-dinh", Steps: []workflow.Step{
		{ID: "tham-dinh", Title: "Thẩm định", At: workflow.AtCompetent, Role: "case_officer", Limit: "2wd", Makes: []string{"Tờ trình"}, Actions: []workflow.Action{{ID: "trinh", Label: "Trình ký", Means: workflow.SubmitUp, To: "hoi", Primary: true}}},
		{ID: "hoi", Title: "Hỏi xã", Kind: workflow.Sub, At: workflow.AtCommune, Part: "xa", To: []workflow.Flow{{To: "ky"}}},
		{ID: "ky", Title: "Ký", At: workflow.AtCompetent, Role: "agency_head", Actions: []workflow.Action{
			{ID: "ky", Label: "Ký", Means: workflow.Complete, Primary: true}, {ID: "lai", Label: "Trả lại", Means: workflow.SendBack, To: "tham-dinh"},
		}},
	}, Parts: []workflow.Part{{ID: "xa", Title: "Tại xã", Start: "a", Steps: []workflow.Step{{ID: "a", Title: "Trả lời", At: workflow.AtCompetent, Role: "case_officer", Actions: []workflow.Action{{ID: "x", Label: "Gửi", Means: workflow.Answer}}}}}}}
}

func render(t *testing.T, ctx context.Context, v workflowweb.View) string {
	t.Helper()
	var b strings.Builder
	if err := workflowweb.Process(v).Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	if _, err := html.Parse(strings.NewReader(b.String())); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheSameIsSaidByPictureAndWords(t *testing.T) {
	v := workflowweb.View{Process: process(), Look: draw.Look{Marks: draw.Marks{"tham-dinh": {State: draw.Done}, "xa/a": {State: draw.Late, Who: []string{"Lê Thị Ngữ"}, Since: "08:05 thứ Ba, 21/04/2026"}}}}
	page := render(t, t.Context(), v)
	picture, words, ok := strings.Cut(page, `class="flow-words"`)
	if !ok {
		t.Fatal("no words beside the picture")
	}
	for _, want := range []string{"Thẩm định", "Đã xong", "Hỏi xã", "Đang ở đây, quá hạn", "Lê Thị Ngữ", "Trả lại", "Lãnh đạo cơ quan", "2 ngày làm việc"} {
		if !strings.Contains(picture, want) {
			t.Errorf("the picture does not say %q", want)
		}
		if !strings.Contains(words, want) {
			t.Errorf("the words do not say %q", want)
		}
	}
	for _, want := range []string{`aria-current="step"`, "2.1. Trả lời", "Trả lại: 1. Thẩm định", "Kết quả: Tờ trình"} {
		if !strings.Contains(words, want) {
			t.Errorf("the words lack %q", want)
		}
	}
	if strings.Contains(page, "style=") || strings.Contains(page, "<script") {
		t.Error("the content policy refuses this")
	}
	if english := render(t, lang.With(t.Context(), lang.EN), v); !strings.Contains(english, "Here now, overdue") {
		t.Error("English is not spoken")
	}
}

func TestWhatIsTooLargeToDrawIsTold(t *testing.T) {
	p := process()
	for range 5000 {
		p.Steps = append(p.Steps, p.Steps[2])
	}
	page := render(t, t.Context(), workflowweb.View{Process: p, Folded: true})
	if strings.Contains(page, `class="flow"`) || !strings.Contains(page, "quá lớn để vẽ") || !strings.Contains(page, "<details") {
		t.Error("a picture was drawn of 5,000 steps")
	}
}

func TestTheTableReadsLikeTheOffices(t *testing.T) {
	g := workflowweb.Grid(t.Context(), workflowweb.View{Process: process()})
	if len(g.Columns) != 7 || len(g.Rows) != 4 || g.Columns[0].Title != "TT" {
		t.Errorf("%d columns, %d rows", len(g.Columns), len(g.Rows))
	}
	var b strings.Builder
	if err := workflowweb.Table(workflowweb.View{Process: process()}).Render(t.Context(), &b); err != nil || !strings.Contains(b.String(), "Trình ký: 2. Hỏi xã") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
