locals {
  zip = var.package.bucket != null ? null : coalesce(var.package.path, "${path.module}/../target/deploy/function.zip")

  # a guardrail file names its mode before its first table
  guardrail_text = var.guardrail_file == null ? "" : file(var.guardrail_file)
  guardrail_mode = var.guardrail_file == null ? "notify" : try(
    regex("(?m)^[ \\t]*mode[ \\t]*=[ \\t]*[\"']([a-z]+)[\"']", split("\n[", "\n${local.guardrail_text}")[0])[0],
    "not given",
  )
  # what of the text is whole groups of three bytes, whose base64 is the same wherever they are
  guardrail_base64 = substr(base64encode(local.guardrail_text), 0, floor(length(base64encode(local.guardrail_text)) / 4 - 1) * 4)
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts it; a key of ours, disabled, would silence the log and the alarms on it

  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
}

# The guardrail file at /opt/guardrail.toml: no call at a cold start, one version with the function.
resource "aws_lambda_layer_version" "guardrail" {
  count = var.guardrail_file == null ? 0 : 1

  layer_name               = "${var.name}-guardrail"
  description              = "The guardrail file, SHA-256 ${sha256(local.guardrail_text)}"
  filename                 = "${var.guardrail_file}.zip"
  source_code_hash         = try(filebase64sha256("${var.guardrail_file}.zip"), null)
  compatible_runtimes      = ["provided.al2023"]
  compatible_architectures = ["arm64", "x86_64"]

  lifecycle {
    precondition {
      # infra/package stores the file as it is, its first byte at a multiple of three
      condition     = try(substr(filebase64("${var.guardrail_file}.zip"), 64, length(local.guardrail_base64)) == local.guardrail_base64, false)
      error_message = "The layer `${coalesce(var.guardrail_file, "-")}.zip` is missing or does not hold the guardrail file as it is now; run infra/package --guardrail on it."
    }
  }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:the event source mapping has a maximum concurrency, which does not throttle as a reserved one would
  #checkov:skip=CKV_AWS_116:it is invoked by a queue, which has dead letters, and never asynchronously
  #checkov:skip=CKV_AWS_117:it asks AWS alone, in every Region; in a VPC it would depend on a NAT gateway
  #checkov:skip=CKV_AWS_173:its environment holds names and ARNs, no secrets

  function_name           = var.name
  description             = "Closes a bucket seconds after it was opened, and pages"
  role                    = aws_iam_role.this.arn
  runtime                 = "provided.al2023"
  handler                 = "bootstrap"
  architectures           = [var.architecture]
  filename                = local.zip
  s3_bucket               = var.package.bucket
  s3_key                  = var.package.key
  s3_object_version       = var.package.object_version
  source_code_hash        = var.package.sha256 != null ? var.package.sha256 : try(filebase64sha256(local.zip), null)
  code_signing_config_arn = var.code_signing_config_arn
  layers                  = aws_lambda_layer_version.guardrail[*].arn
  memory_size             = 1024
  timeout                 = local.function_timeout_s

  environment {
    variables = merge(
      {
        PAGE_TOPIC_ARN = local.topic_arns["page"]
        CHAT_TOPIC_ARN = local.topic_arns["chat"]
        EPISODE_TABLE  = aws_dynamodb_table.episodes.name
      },
      # named, so that a layer that is missing stops the function, and not its rules
      var.guardrail_file == null ? {} : { GUARDRAIL_FILE = "/opt/guardrail.toml" },
      var.members == null ? {} : { MEMBER_ROLE_NAME = var.members.role_name },
    )
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  lifecycle {
    precondition {
      condition     = local.guardrail_mode == var.mode
      error_message = var.guardrail_file == null ? "Without a `guardrail_file` the mode is notify." : "The guardrail file's mode is ${local.guardrail_mode}, and `mode` is ${var.mode}: the role would not fit what the function does. Make them the same."
    }

    precondition {
      condition     = var.package.bucket != null || try(fileexists(local.zip), false)
      error_message = "There is no zip at `${coalesce(local.zip, "-")}`; run infra/package, or give `package`."
    }

    precondition {
      condition     = var.package.bucket != null || var.package.sha256 == null || try(filebase64sha256(local.zip) == var.package.sha256, false)
      error_message = "The zip's SHA-256 is not the `package.sha256` that was given; do not deploy it before you know why."
    }
  }

  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn        = aws_sqs_queue.events.arn
  function_name           = aws_lambda_function.this.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = var.max_concurrency
  }
}
