# The function's role: one statement a purpose. What it may do is in permissions.json, which the
# spokes use too; a test drives the function and compares.

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}

locals {
  account     = data.aws_caller_identity.this.account_id
  partition   = data.aws_partition.this.partition
  permissions = jsondecode(file("${path.module}/permissions.json"))

  own_account = { StringEquals = { "aws:ResourceAccount" = local.account } }
  may_page    = var.mode != "observe"
  may_write   = var.mode == "enforce"

  # one that is not wanted has no actions
  statements = [
    {
      Sid       = "ReadBuckets"
      Action    = local.permissions.read_bucket
      Resource  = ["arn:${local.partition}:s3:::*"]
      Condition = local.own_account
    },
    {
      Sid       = "ReadObjectAcls"
      Action    = var.watch_objects ? local.permissions.read_object_acl : []
      Resource  = ["arn:${local.partition}:s3:::*/*"]
      Condition = local.own_account
    },
    {
      Sid       = "ReadAccessPoints"
      Action    = local.permissions.read_access_points
      Resource  = ["arn:${local.partition}:s3:*:${local.account}:accesspoint/*"]
      Condition = {}
    },
    {
      Sid       = "ReadAccount"
      Action    = local.permissions.read_account
      Resource  = ["*"]
      Condition = {}
    },
    {
      Sid       = "Contain"
      Action    = local.may_write ? local.permissions.contain : []
      Resource  = ["arn:${local.partition}:s3:::*"]
      Condition = local.own_account
    },
    {
      Sid       = "ContainAccount"
      Action    = local.may_write && var.contain_account_settings ? local.permissions.contain_account : []
      Resource  = ["*"]
      Condition = {}
    },
    {
      Sid       = "Remember"
      Action    = local.may_page ? ["dynamodb:GetItem", "dynamodb:PutItem"] : []
      Resource  = [aws_dynamodb_table.episodes.arn]
      Condition = {}
    },
    {
      Sid       = "Alert"
      Action    = local.may_page ? ["sns:Publish"] : []
      Resource  = values(local.topic_arns)
      Condition = {}
    },
    {
      Sid       = "EncryptAlerts"
      Action    = local.may_page ? ["kms:Decrypt", "kms:GenerateDataKey*"] : []
      Resource  = [aws_kms_key.alerts.arn]
      Condition = {}
    },
    {
      Sid       = "EnterMembers"
      Action    = var.members == null ? [] : ["sts:AssumeRole"]
      Resource  = local.member_role_arns
      Condition = local.member_condition
    },
    {
      Sid       = "TakeEvents"
      Action    = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource  = [aws_sqs_queue.events.arn]
      Condition = {}
    },
    {
      Sid       = "Log"
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = ["${aws_cloudwatch_log_group.this.arn}:*"]
      Condition = {}
    },
    {
      Sid       = "Trace"
      Action    = var.tracing ? ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] : []
      Resource  = ["*"]
      Condition = {}
    },
  ]

  member_role_arns = [
    for account in try(var.members.organization_id, null) != null ? ["*"] : sort(try(var.members.accounts, [])) :
    "arn:${local.partition}:iam::${account}:role/${var.members.role_name}"
  ]
  member_condition = {
    for operator, keys in { StringEquals = { "aws:ResourceOrgID" = try(var.members.organization_id, null) } } :
    operator => keys if try(var.members.organization_id, null) != null
  }

  never = concat(
    local.permissions.never,
    local.may_write && var.contain_account_settings ? [] : local.permissions.contain_account,
  )
}

resource "aws_iam_role" "this" {
  name                 = var.name
  description          = "Reads how buckets are configured, and turns Block Public Access on in mode enforce"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = var.name
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for statement in local.statements :
        { for element, value in merge({ Effect = "Allow" }, statement) : element => value if element != "Condition" || length(value) > 0 }
        if length(statement.Action) > 0
      ],
      [{
        Sid      = "NeverTouchData"
        Effect   = "Deny"
        Action   = local.never
        Resource = ["*"]
      }],
    )
  })
}
