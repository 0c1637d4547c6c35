-- Seven days of everybody, the windows of 7, 14 and 30 days after them, and the marks of those who have other windows.
INSERT INTO lifecycle_dailymetrics (
    customer_id, metric_date, activities, logins_count, sessions_count, total_session_minutes, pages_viewed,
    features_used, lessons_started, lessons_completed, assessments_taken, assessment_score_sum, assessment_avg_score,
    modules_completed, assignments_submitted, forum_posts, comments_made, questions_asked, answers_given,
    feedback_count, sentiment_sum, engagement_score, progress_score, community_score, overall_health_score,
    risk_indicators, score_trend)
WITH spaced AS (
    SELECT customer_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, name, value, properties,
        occurred_at - lag(occurred_at) OVER (
            PARTITION BY customer_id, (occurred_at AT TIME ZONE 'UTC')::date ORDER BY occurred_at) AS gap
    FROM lifecycle_event
    WHERE occurred_at >= '2026-06-24 00:00Z' AND occurred_at < '2026-07-01 00:00Z' AND name NOT IN (
        'identify', 'project_approved', 'ticket_resolved')
), counted AS (
    SELECT customer_id, day, count(*) AS activities, count(*) FILTER (WHERE name = 'login') AS logins,
        count(*) FILTER (WHERE gap IS NULL OR gap > interval '30 minutes') AS sessions,
        round(COALESCE(extract(epoch FROM sum(gap) FILTER (WHERE gap <= interval '30 minutes')), 0) / 60)::int AS minutes,
        count(*) FILTER (WHERE name = 'page_view') AS pages,
        count(DISTINCT properties ->> 'feature_id') FILTER (WHERE name = 'feature_use') AS features,
        count(*) FILTER (WHERE name = 'lesson_started') AS started,
        count(*) FILTER (WHERE name = 'lesson_completed') AS lessons,
        count(*) FILTER (WHERE name = 'assessment_completed') AS tests,
        COALESCE(sum(value) FILTER (WHERE name = 'assessment_completed'), 0) AS score_sum,
        round(avg(value) FILTER (WHERE name = 'assessment_completed'), 2) AS score_mean,
        count(*) FILTER (WHERE name = 'module_completed') AS modules,
        count(*) FILTER (WHERE name = 'assignment_submitted') AS assignments,
        count(*) FILTER (WHERE name = 'forum_post') AS posts, count(*) FILTER (WHERE name = 'comment') AS comments,
        count(*) FILTER (WHERE name = 'question') AS questions, count(*) FILTER (WHERE name = 'answer') AS answers,
        count(*) FILTER (WHERE name = 'feedback') AS feedback,
        COALESCE(sum(value) FILTER (WHERE name = 'feedback'), 0) AS sentiment
    FROM spaced GROUP BY customer_id, day
), scored AS (
    SELECT *, round(e)::int AS engagement, round(p)::int AS progress, c::int AS community,
        round(e * 0.4 + p * 0.4 + c * 0.2)::int AS overall
    FROM (SELECT *, LEAST(100, sessions * 20 + LEAST(minutes, 120) * 30 / 120.0 + LEAST(features, 5) * 10) AS e,
              LEAST(100, lessons * 25 + tests * 20 + COALESCE(score_mean, 0) * 0.3 + modules * 15) AS p,
              LEAST(100, posts * 15 + comments * 10 + questions * 20 + answers * 25)::numeric AS c FROM counted) AS w
), trends AS (
    SELECT customer_id, day, overall - avg(overall) OVER (PARTITION BY customer_id ORDER BY day
        RANGE BETWEEN '7 days' PRECEDING AND '1 day' PRECEDING) AS change
    FROM (SELECT customer_id, day, overall FROM scored UNION ALL
          SELECT customer_id, metric_date, overall_health_score FROM lifecycle_dailymetrics
          WHERE metric_date BETWEEN '2026-06-17' AND '2026-06-23') AS all_days
)
SELECT customer_id, day, activities, logins, sessions, minutes, pages, features, started, lessons, tests, score_sum,
    score_mean, modules, assignments, posts, comments, questions, answers, feedback, sentiment, engagement, progress,
    community, overall,
    array_remove(ARRAY[CASE WHEN engagement < 30 THEN 'low_engagement' END,
        CASE WHEN progress < 20 THEN 'learning_stagnation' END, CASE WHEN community = 0 THEN 'social_isolation' END,
        CASE WHEN activities < 3 THEN 'activity_decline' END], NULL),
    CASE WHEN change > 5 THEN 'up' WHEN change < -5 THEN 'down' ELSE 'stable' END
FROM scored JOIN trends USING (customer_id, day) ORDER BY customer_id, day
ON CONFLICT (customer_id, metric_date) DO NOTHING;

INSERT INTO lifecycle_collectedmetrics (
    customer_id, logins_last_7d, logins_last_14d, logins_last_30d, sessions_last_7d, sessions_last_14d,
    sessions_last_30d, session_minutes_last_7d, session_minutes_last_14d, session_minutes_last_30d,
    lessons_started_last_7d, lessons_started_last_14d, lessons_started_last_30d, lessons_completed_last_7d,
    lessons_completed_last_14d, lessons_completed_last_30d, modules_completed_last_7d, modules_completed_last_14d,
    modules_completed_last_30d, assessments_taken_last_7d, assessments_taken_last_14d, assessments_taken_last_30d,
    assessment_score_sum_last_7d, assessment_score_sum_last_14d, assessment_score_sum_last_30d,
    assignments_submitted_last_7d, assignments_submitted_last_14d, assignments_submitted_last_30d,
    community_engagement_last_7d, community_engagement_last_14d, community_engagement_last_30d, feedback_last_7d,
    feedback_last_14d, feedback_last_30d, sentiment_sum_last_7d, sentiment_sum_last_14d, sentiment_sum_last_30d,
    engagement_score, progress_score, community_score, overall_health_score, risk_indicator_count)
SELECT customer_id,
    COALESCE(sum(logins_count) FILTER (WHERE w), 0), COALESCE(sum(logins_count) FILTER (WHERE f), 0), sum(logins_count),
    COALESCE(sum(sessions_count) FILTER (WHERE w), 0), COALESCE(sum(sessions_count) FILTER (WHERE f), 0), sum(sessions_count),
    COALESCE(sum(total_session_minutes) FILTER (WHERE w), 0), COALESCE(sum(total_session_minutes) FILTER (WHERE f), 0), sum(total_session_minutes),
    COALESCE(sum(lessons_started) FILTER (WHERE w), 0), COALESCE(sum(lessons_started) FILTER (WHERE f), 0), sum(lessons_started),
    COALESCE(sum(lessons_completed) FILTER (WHERE w), 0), COALESCE(sum(lessons_completed) FILTER (WHERE f), 0), sum(lessons_completed),
    COALESCE(sum(modules_completed) FILTER (WHERE w), 0), COALESCE(sum(modules_completed) FILTER (WHERE f), 0), sum(modules_completed),
    COALESCE(sum(assessments_taken) FILTER (WHERE w), 0), COALESCE(sum(assessments_taken) FILTER (WHERE f), 0), sum(assessments_taken),
    COALESCE(sum(assessment_score_sum) FILTER (WHERE w), 0), COALESCE(sum(assessment_score_sum) FILTER (WHERE f), 0), sum(assessment_score_sum),
    COALESCE(sum(assignments_submitted) FILTER (WHERE w), 0), COALESCE(sum(assignments_submitted) FILTER (WHERE f), 0), sum(assignments_submitted),
    COALESCE(sum(together) FILTER (WHERE w), 0), COALESCE(sum(together) FILTER (WHERE f), 0), sum(together),
    COALESCE(sum(feedback_count) FILTER (WHERE w), 0), COALESCE(sum(feedback_count) FILTER (WHERE f), 0), sum(feedback_count),
    COALESCE(sum(sentiment_sum) FILTER (WHERE w), 0), COALESCE(sum(sentiment_sum) FILTER (WHERE f), 0), sum(sentiment_sum),
    round(COALESCE(sum(engagement_score) FILTER (WHERE w), 0) / 7.0)::int, round(COALESCE(sum(progress_score) FILTER (WHERE w), 0) / 7.0)::int,
    round(COALESCE(sum(community_score) FILTER (WHERE w), 0) / 7.0)::int, round(COALESCE(sum(overall_health_score) FILTER (WHERE w), 0) / 7.0)::int,
    COALESCE((array_agg(cardinality(risk_indicators) ORDER BY metric_date DESC) FILTER (WHERE w))[1], 0)
FROM (SELECT *, metric_date > '2026-06-23' AS w, metric_date > '2026-06-16' AS f,
          forum_posts + comments_made + questions_asked + answers_given AS together
      FROM lifecycle_dailymetrics WHERE metric_date > '2026-05-31' AND metric_date <= '2026-06-30') AS d
GROUP BY customer_id ORDER BY customer_id;

INSERT INTO lifecycle_dirtymark (lifecycle_id, customer_id)
SELECT l.id, m.customer_id FROM lifecycle_collectedmetrics AS m, lifecycle_lifecycle AS l
