# What the hub's function may do in another account: the same as in its own.

locals {
  permissions = jsondecode(file("${path.module}/../../permissions.json"))
  member      = var.first_region && local.account != var.hub.account
  may_write   = var.hub.mode == "enforce"
  own_account = { StringEquals = { "aws:ResourceAccount" = local.account } }

  # one that is not wanted has no actions
  statements = [
    {
      Sid       = "ReadBuckets"
      Effect    = "Allow"
      Action    = local.permissions.read_bucket
      Resource  = ["arn:${local.partition}:s3:::*"]
      Condition = local.own_account
    },
    {
      Sid       = "ReadObjectAcls"
      Effect    = "Allow"
      Action    = var.hub.watch_objects ? local.permissions.read_object_acl : []
      Resource  = ["arn:${local.partition}:s3:::*/*"]
      Condition = local.own_account
    },
    {
      Sid       = "ReadAccessPoints"
      Effect    = "Allow"
      Action    = local.permissions.read_access_points
      Resource  = ["arn:${local.partition}:s3:*:${local.account}:accesspoint/*"]
      Condition = {}
    },
    {
      Sid       = "ReadAccount"
      Effect    = "Allow"
      Action    = local.permissions.read_account
      Resource  = ["*"]
      Condition = {}
    },
    {
      Sid       = "Contain"
      Effect    = "Allow"
      Action    = local.may_write ? local.permissions.contain : []
      Resource  = ["arn:${local.partition}:s3:::*"]
      Condition = local.own_account
    },
    {
      Sid       = "ContainAccount"
      Effect    = "Allow"
      Action    = local.may_write && var.hub.contain_account_settings ? local.permissions.contain_account : []
      Resource  = ["*"]
      Condition = {}
    },
    {
      Sid    = "NeverTouchData"
      Effect = "Deny"
      Action = concat(
        local.permissions.never,
        local.may_write && var.hub.contain_account_settings ? [] : local.permissions.contain_account,
      )
      Resource  = ["*"]
      Condition = {}
    },
  ]
}

resource "aws_iam_role" "member" {
  count = local.member ? 1 : 0

  name                 = var.hub.member_role
  description          = "Lets ${var.hub.role_arn} look at buckets, and close them in mode enforce"
  permissions_boundary = var.permissions_boundary_arn

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sts:AssumeRole"
      # the hub's role may be made anew: a trust on the role itself would then be on nobody
      Principal = { AWS = "arn:${local.partition}:iam::${var.hub.account}:root" }
      Condition = { ArnEquals = { "aws:PrincipalArn" = var.hub.role_arn } }
    }]
  })
}

resource "aws_iam_role_policy" "member" {
  count = local.member ? 1 : 0

  name = var.hub.member_role
  role = aws_iam_role.member[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for statement in local.statements :
      { for element, value in statement : element => value if element != "Condition" || length(value) > 0 }
      if length(statement.Action) > 0
    ]
  })
}
